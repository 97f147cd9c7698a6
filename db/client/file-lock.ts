/** A lock between processes: a file that only one of them can create. */
import { open, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";

/** Longer than any work under it may take: an older lock was left by a process that died. */
const ABANDONED_AFTER_MS = 30_000;
const RETRY_EVERY_MS = 20;

export interface Waiting {
  now(): number;
  /** Ends the wait for the lock; work that has begun goes on. */
  signal?: AbortSignal;
}

/** @throws Failure after as long as a lock can be held, and where the wait was ended. */
export async function withFileLock<T>(path: string, { now, signal }: Waiting, work: () => Promise<T>): Promise<T> {
  const until = now() + ABANDONED_AFTER_MS + 5_000;
  while (!(await take(path))) {
    if (await isAbandoned(path)) await breakLock(path);
    else if (now() > until)
      throw new Failure(`Another mcpctl process has locked ${path}.`, {
        hint: "Remove the file if no such process runs.",
      });
    else await sleep(RETRY_EVERY_MS, undefined, signal ? { signal } : {}).catch(cancelled);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const handle = await open(path, "wx", 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new Failure(`${path} can't be made: ${(cause as Error).message}`, {
      hint: "Set MCPCTL_HOME to another directory, or use MCPCTL_EDGE and MCPCTL_TOKEN, which need no file.",
      cause,
    });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const left = await stat(path).catch(() => undefined);
  return left !== undefined && Date.now() - left.mtimeMs > ABANDONED_AFTER_MS;
}

/** Only one process breaks the lock, after a second check. Otherwise a second process could remove the new lock of the first one. */
async function breakLock(path: string): Promise<void> {
  const breaking = `${path}.broken`;
  if (!(await take(breaking))) {
    if (await isAbandoned(breaking)) await rm(breaking, { force: true });
    await sleep(RETRY_EVERY_MS);
    return;
  }
  try {
    if (await isAbandoned(path)) await rm(path, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
}

function cancelled(cause: unknown): never {
  throw new Failure("Cancelled.", { cause });
}
