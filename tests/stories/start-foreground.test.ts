/** `npm start` in somebody's terminal: what is left when it is interrupted or killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { isRunning } from "#db/local/process-lock";
import { freePort } from "../../infra/free-port.ts";
import type { DevFile } from "../../infra/launch/dev-file.ts";
import { root } from "../../infra/paths.ts";
import { verifies } from "../requirements.ts";
import { newHome, nothingRuns, readDev } from "./starting.ts";

const { home, env } = newHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("npm start in the foreground", () => {
  const data = join(home, "foreground");
  let child: ChildProcess | undefined;
  afterEach(() => {
    if (child?.pid === undefined) return;
    try {
      // Its own group: what a terminal would end, and whatever a failed test left of it.
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      expect(error).toMatchObject({ code: "ESRCH" });
    }
  });

  async function start(): Promise<{ npm: ChildProcess & { pid: number }; dev: DevFile }> {
    const started = spawn("npm", ["--silent", "start", "--", "--port", String(await freePort()), "--data", data], {
      cwd: root,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    let said = "";
    for (const stream of [started.stdout, started.stderr]) stream.on("data", (chunk) => (said += chunk));
    await expect.poll(() => said, { timeout: 90_000 }).toContain("Ctrl-C stops the system");
    const { pid } = started;
    if (pid === undefined) throw new Error("npm did not start");
    return { npm: Object.assign(started, { pid }), dev: readDev(data) };
  }

  test(verifies("start.no-orphans", "ends with all of its processes at Ctrl-C"), async () => {
    const { npm: running, dev } = await start();
    const exit = once(running, "exit");
    process.kill(-running.pid, "SIGINT");
    await exit;
    await nothingRuns(dev);
    expect(isRunning(dev.pids["supervisor"] ?? 0)).toBe(false);
  });

  test(verifies("start.no-orphans", "leaves no process after kill -9 of npm"), async () => {
    const { npm: running, dev } = await start();
    running.kill("SIGKILL");
    await nothingRuns(dev);
  });
});
