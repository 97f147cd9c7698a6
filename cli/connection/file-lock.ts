/** One process at a time, by a file that only one can create. */
import { open, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.ts";

/** Longer than any request under it may take: an older lock was left by a process that died. */
const ABANDONED_AFTER_MS = 30_000;
const RETRY_EVERY_MS = 20;

/** @throws Failure after as long as a lock can be held. */
export async function withFileLock<T>(path: string, now: () => number, work: () => Promise<T>): Promise<T> {
  const until = now() + ABANDONED_AFTER_MS + 5_000;
  for (;;) {
    try {
      const handle = await open(path, "wx", 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
        throw new Failure(`${path} can't be made: ${(cause as Error).message}`, {
          hint: "MCPCTL_HOME names another directory; MCPCTL_EDGE and MCPCTL_TOKEN need none.",
          cause,
        });
      const left = await stat(path).catch(() => undefined);
      if (left && Date.now() - left.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
      else if (now() > until)
        throw new Failure(`${path} is held by another mcpctl.`, { hint: "Remove it if none runs." });
      else await sleep(RETRY_EVERY_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
