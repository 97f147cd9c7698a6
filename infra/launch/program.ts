/** A development command as a process: arguments, signals, and the copy of itself that `--detach` leaves running. */
import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { z } from "zod";
import { root } from "../paths.ts";
import { dataDir, prepare } from "./data-dir.ts";
import type { EdgeRunner } from "./edge-service.ts";
import { type DevOptions, HelpWanted, readOptions, UsageError } from "./options.ts";
import { type Announcer, messageOf, runSystem } from "./run.ts";

/** Set for the process that `--detach` leaves running. */
const LEFT_RUNNING = "MCPCTL_LEFT_RUNNING";

/** What it tells the process that waits for it. */
const report = z.union([
  z.object({ say: z.string() }),
  z.object({ ready: z.string() }),
  z.object({ failed: z.string(), usage: z.boolean() }),
]);
type Report = z.infer<typeof report>;

/** @returns the exit code. `program` is the file that was run. */
export async function developmentCommand(program: string, makeRunner: () => EdgeRunner): Promise<number> {
  try {
    const argv = process.argv.slice(2);
    const options = readOptions(argv, root, process.env["MCPCTL_CALLED_FROM"] ?? process.cwd());
    if (!options.detach) return await inForeground(options, makeRunner);
    return process.env[LEFT_RUNNING] ? await leftRunning(options, makeRunner) : await leave(program, argv, options);
  } catch (error) {
    if (error instanceof HelpWanted) {
      console.log(error.message);
      return 0;
    }
    const message = messageOf(error);
    console.error(message);
    if (process.env[LEFT_RUNNING]) tell({ failed: message, usage: error instanceof UsageError });
    return error instanceof UsageError ? 2 : 1;
  }
}

async function inForeground(options: DevOptions, makeRunner: () => EdgeRunner): Promise<number> {
  // The channel to infra/setup.mjs closes when that dies, however it dies.
  const stop = stopRequests();
  process.channel?.unref();
  process.once("disconnect", () => stop.abort());
  const announce: Announcer = { say: (line) => console.error(line), ready: (words) => console.log(words) };
  await runSystem(options, makeRunner, announce, stop.signal);
  return 0;
}

/** The process that stays: tells the one that waits, and once ready no longer depends on it. */
async function leftRunning(options: DevOptions, makeRunner: () => EdgeRunner): Promise<number> {
  const stop = stopRequests();
  let ready = false;
  process.once("disconnect", () => {
    if (!ready) stop.abort();
  });
  const announce: Announcer = {
    say(line) {
      console.error(`${new Date().toISOString()} ${line}`);
      tell({ say: line });
    },
    ready(words) {
      ready = true;
      tell({ ready: words });
    },
  };
  await runSystem(options, makeRunner, announce, stop.signal);
  return 0;
}

function tell(what: Report): void {
  if (process.connected) process.send?.(what);
}

/** Starts it, shows its progress, and goes when it is ready. */
async function leave(program: string, argv: readonly string[], options: DevOptions): Promise<number> {
  const dir = dataDir(options.dataDir);
  prepare(dir);
  const log = openSync(`${dir.logs}/supervisor.log`, "w", 0o600);
  const child = spawn(process.execPath, [program, ...argv], {
    detached: true,
    cwd: root,
    env: { ...process.env, [LEFT_RUNNING]: "1" },
    stdio: ["ignore", log, log, "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill("SIGTERM"));
  process.once("disconnect", () => child.kill("SIGTERM"));
  let told = false;
  const outcome = new Promise<number>((resolve) => {
    child.on("message", (message) => {
      const news = report.parse(message);
      if ("say" in news) console.error(news.say);
      else if ("ready" in news) {
        console.log(news.ready);
        resolve(0);
      } else {
        told = true;
        console.error(news.failed);
      }
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
  const code = await outcome;
  if (child.exitCode === null && child.signalCode === null) {
    child.disconnect();
    child.unref();
  } else if (!told && code !== 0) console.error(readFileSync(`${dir.logs}/supervisor.log`, "utf8").trim());
  return code;
}

/** Listens to the end: a second signal, which Ctrl-C in a terminal brings by way of npm, would else end this process at once. */
function stopRequests(): AbortController {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  return stop;
}
