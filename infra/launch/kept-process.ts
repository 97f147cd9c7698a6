/** A child process that ends with its parent, whatever ends the parent. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const keeper = fileURLToPath(new URL("./keeper.sh", import.meta.url));

export interface KeptOptions {
  command: string;
  args: readonly string[];
  /** The whole environment; secrets travel here and never as arguments. */
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Where its output goes: a file's descriptor, or a pipe to read. */
  output: number | "pipe" | "ignore";
  /** Seconds that it gets to end by itself. */
  graceSeconds?: number;
  /** Opens descriptor 3 for it to write to. */
  control?: boolean;
}

export interface KeptProcess {
  /** Its own, and its process group's. */
  pid: number;
  stdout: Readable | null;
  stderr: Readable | null;
  /** Descriptor 3, where asked for. */
  control: Readable | undefined;
  /** Resolves when it and all it started are gone, to what a person reads: `exit code 1`, `SIGKILL`. */
  ended: Promise<string>;
  /** Asks it to end, ends it after the grace, resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, with all it started. */
  kill(): Promise<void>;
}

/** @throws Error when it can't be started at all. */
export async function keep(options: KeptOptions): Promise<KeptProcess> {
  const grace = options.graceSeconds ?? 5;
  const child = spawn("/bin/sh", [keeper, String(grace), options.command, ...options.args], {
    // A group of its own: Ctrl-C in the terminal reaches the supervisor alone, which then stops its children in order.
    detached: true,
    env: options.env,
    ...(options.cwd ? { cwd: options.cwd } : {}),
    stdio: ["pipe", options.output, options.output, options.control ? "pipe" : "ignore"],
  });
  const ended = once(child, "exit").then(([code, signal]) => {
    // Whatever it left behind in its group, and what watched its input.
    signalGroup(child, "SIGKILL");
    child.stdin?.destroy();
    return signal ? String(signal) : `exit code ${code}`;
  });
  ended.catch(() => {});
  await once(child, "spawn");
  child.stdin?.on("error", () => {});
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.command} could not be started`);
  const control = child.stdio[3];
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    control: control instanceof Readable ? control : undefined,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const impatience = setTimeout(() => signalGroup(child, "SIGKILL"), grace * 1000);
      await ended;
      clearTimeout(impatience);
    },
    async kill() {
      signalGroup(child, "SIGKILL");
      await ended;
    },
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: there is nobody left.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
