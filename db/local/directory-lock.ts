import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * One process at a time in a directory: PGlite does not look whether another has it open, and two would ruin it.
 *
 * @returns what gives it back. @throws Error that names the process that has it.
 */
export function lockDirectory(directory: string): () => void {
  const file = `${directory}.lock`;
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
    const holder = Number(readFileSync(file, "utf8"));
    if (isRunning(holder))
      throw new Error(
        `${directory} is in use by process ${holder}. Stop that one (\`npm stop\`), or give another directory with --data.`,
      );
    // Its holder was killed and could not tidy up.
    rmSync(file, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
