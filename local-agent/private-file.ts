/** Files that only their owner may read, written whole or not at all. */
import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export async function writePrivately(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Longer than any work under it may take: an older lock was left by a process that died. */
const ABANDONED_AFTER_MS = 30_000;
const RETRY_EVERY_MS = 20;

/** One process at a time; `mcpctl` takes the same lock, `<path>.lock`, for the contexts file. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const until = Date.now() + ABANDONED_AFTER_MS + 5_000;
  for (;;) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || Date.now() > until) throw error;
      const left = await stat(lock).catch(() => undefined);
      if (left && Date.now() - left.mtimeMs > ABANDONED_AFTER_MS) await rm(lock, { force: true });
      else await sleep(RETRY_EVERY_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
