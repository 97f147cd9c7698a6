/** A file that says which process has something to itself. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Somebody else has it. */
export class LockHeld extends Error {
  readonly pid: number;

  constructor(file: string, pid: number) {
    super(`${file} is held by process ${pid}`);
    this.pid = pid;
  }
}

/** @returns what gives it back. @throws LockHeld while the process that has it runs; one that was killed has lost it. */
export function acquireLock(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      writeFileSync(file, `${process.pid} ${identity(process.pid) ?? ""}\n`, { flag: "wx", mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = lockHolder(file);
    if (holder !== undefined) throw new LockHeld(file, holder);
    rmSync(file, { force: true });
  }
}

/** The process that has it, if it runs. */
export function lockHolder(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const [, pid, born] = /^(\d+) ?(.*)\n$/.exec(text) ?? [];
  if (pid === undefined) return undefined;
  return identity(Number(pid)) === born ? Number(pid) : undefined;
}

/** Whether it runs. A zombie, dead but not yet reaped, does not. */
export function isRunning(pid: number): boolean {
  return identity(pid) !== undefined;
}

/** When a process began: with its number that is one process, although numbers are used again. undefined: it does not run. */
function identity(pid: number): string | undefined {
  if (process.platform === "linux") return linuxIdentity(pid);
  try {
    const [state, ...began] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? undefined : began.join(" ");
  } catch {
    // ps ends with 1 where there is no such process.
    return undefined;
  }
}

/** proc_pid_stat(5): after the name in parentheses, the state is field 3 and the time of its start field 22. */
function linuxIdentity(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[22 - 3];
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
