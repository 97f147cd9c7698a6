/** `npm start` and `npm run dev` from the first check to the last process gone. */

import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "#db/local/listen";
import { acquireLock, LockHeld } from "#db/local/process-lock";
import { root } from "../paths.ts";
import { rememberContext } from "./command-line.ts";
import { type DataDir, dataDir, forget, prepare } from "./data-dir.ts";
import { readDevFile, removeDevFile, writeDevFile } from "./dev-file.ts";
import { wranglerWorker } from "./edge-process.ts";
import type { EdgeRunner } from "./edge-service.ts";
import { type DevOptions, stopCommand, UsageError } from "./options.ts";
import { runSchedule } from "./schedule.ts";
import { startStack } from "./stack.ts";
import { Supervisor } from "./supervisor.ts";
import { readyWords } from "./words.ts";

/** A second signal within this time is the same one: the terminal sends Ctrl-C to every process of its group, and npm passes it on. */
const SAME_SIGNAL_MS = 1_000;

export interface Announcer {
  /** Progress and troubles, a line each. */
  say(line: string): void;
  ready(words: string): void;
}

/** Resolves when all is stopped. @throws UsageError, or Error with what failed; then nothing is left running either. */
export async function runSystem(
  options: DevOptions,
  makeRunner: () => EdgeRunner,
  announce: Announcer,
  stopRequested: AbortSignal,
): Promise<void> {
  const began = Number(process.env["MCPCTL_BEGAN"] ?? Date.now());
  const dir = dataDir(options.dataDir);
  prepare(dir);
  const unlock = lock(dir);
  const runner = makeRunner();
  const supervisor = new Supervisor({ say: announce.say, changed: (pids) => updatePids(dir, pids) });
  const escalate = stopTwiceToKill(stopRequested, supervisor);
  try {
    removeDevFile(dir.devFile);
    if (options.fresh) forget(dir);
    prepare(dir);
    await mustBeFree(options.port);
    const starting = startStack({ options, dir, runner, supervisor, say: announce.say });
    // What is under way when a stop is asked for fails because of it: that is no failure.
    starting.catch(() => {});
    const ready = await Promise.race([starting, aborted(stopRequested)]);
    if (!ready) return;
    const isCurrent = await rememberContext(ready.edge, ready.adminToken).catch((error: unknown) => {
      announce.say(`The context \`dev\` of the command line could not be written: ${messageOf(error)}`);
      return false;
    });
    const pids = { supervisor: process.pid, ...supervisor.pids };
    const { edge, adminToken, store } = ready;
    writeDevFile(dir.devFile, { edge, adminToken, pids, store, startedAt: new Date().toISOString() });
    const seconds = (Date.now() - began) / 1000;
    announce.ready(
      readyWords({
        ...ready,
        isCurrent,
        dataDir: dir.root,
        seconds,
        detached: options.detach,
        stop: stopCommand(dir.root, root),
      }),
    );
    await runSchedule(wranglerWorker().triggers.crons, (cron) => runner.trigger(cron), announce.say, stopRequested);
    announce.say("Stopping …");
  } finally {
    await supervisor.stop();
    escalate();
    runner.close();
    removeDevFile(dir.devFile);
    unlock();
  }
}

function lock(dir: DataDir): () => void {
  try {
    return acquireLock(dir.lock);
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    const running = readDevFile(dir.devFile);
    const stop = stopCommand(dir.root, root);
    throw new UsageError(
      running
        ? `mcpctl runs here already: ${running.edge}, since ${running.startedAt}. \`${stop}\` ends it; a second one needs --data and --port of its own.`
        : `mcpctl is being started here already, by process ${error.pid}. \`${stop}\` ends it.`,
    );
  }
}

async function mustBeFree(port: number): Promise<void> {
  if (await isFree(port)) return;
  let free = port + 1;
  while (free < 65_535 && !(await isFree(free))) free++;
  throw new UsageError(`Port ${port} is in use by another program. Take another one: npm start -- --port ${free}`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await listen(probe, port);
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => probe.close(resolve));
  }
}

function updatePids(dir: DataDir, pids: Readonly<Record<string, number>>): void {
  const known = readDevFile(dir.devFile);
  if (known) writeDevFile(dir.devFile, { ...known, pids: { supervisor: process.pid, ...pids } });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** Whoever asks a second time does not want to wait. @returns what ends the listening. */
function stopTwiceToKill(first: AbortSignal, supervisor: Supervisor): () => void {
  const kill = () => void supervisor.kill();
  const arm = async () => {
    await wait(SAME_SIGNAL_MS, undefined, { ref: false });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, kill);
  };
  const onFirst = () => void arm();
  first.addEventListener("abort", onFirst, { once: true });
  return () => {
    first.removeEventListener("abort", onFirst);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, kill);
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
