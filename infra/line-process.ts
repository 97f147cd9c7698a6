/** Processes of a benchmark or drill: started, asked line by line, and ended by their own pid. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Child {
  pid: number;
  process: ChildProcess;
  /** The next line of its stdout. @throws Error with the end of its stderr when it ends first. */
  line(): Promise<string>;
  /** Waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** @param options.stdio is not taken: stdin is a pipe, stdout is read line by line, the end of stderr is kept. */
export function start(command: string, args: readonly string[], options: Omit<SpawnOptions, "stdio"> = {}): Child {
  const child = spawn(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr?.on("data", (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2_000);
  });
  // The error event also comes when a signal can't be sent; what matters is told by the end of its output.
  child.on("error", (e) => {
    complaint += e.message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    process: child,
    async line() {
      const next = await lines.next();
      if (next.done)
        throw new Error(`${command} ${args.join(" ")} ended early: ${complaint.trim() || "it said nothing"}`);
      return next.value;
    },
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = once(child, "exit");
      child.kill(signal);
      const impatient = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await gone;
      clearTimeout(impatient);
    },
  };
}
