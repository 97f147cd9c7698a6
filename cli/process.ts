/** The real world: this process, its terminal, environment and signals. Verbs see them only as `Surroundings`. */
import { homedir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { endAfterUnbroken, finished } from "#db/client/unbroken";
import { version } from "#db/protocol/version";
import { type Exit, INTERRUPTED, usage } from "./failure.ts";
import type { Io } from "./io.ts";
import type { Surroundings } from "./surroundings.ts";

/** As shells say it of a program that SIGPIPE ended: 128 and the number of the signal. */
const BROKEN_PIPE = 141;

export function surroundings(): Surroundings {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Whoever read has gone (`| head`): nobody is left to tell, and what was to be done may not be done.
      if (error.code !== "EPIPE") throw error;
      void finished().then(() => process.exit(BROKEN_PIPE));
    });
  const interrupt = new AbortController();
  let interrupts = 0;
  process.on("SIGINT", () => {
    if (++interrupts === 1) interrupt.abort();
    else void finished().then(() => process.exit(INTERRUPTED));
  });
  endAfterUnbroken("SIGTERM", "SIGHUP");
  // Whoever waits for standard input waits no longer.
  const read = () => {
    interrupt.signal.addEventListener("abort", () => stdin.destroy());
    return stdin;
  };
  const plain = env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "";
  const noColour = plain || process.argv.includes("--no-color") || env["TERM"] === "dumb";
  const io: Io = {
    out: (text) => new Promise((resolve) => stdout.write(text, () => resolve())),
    err: (text) => void stderr.write(text),
    // Asked anew each time: windows are resized while something is watched.
    get columns() {
      return stdout.isTTY ? stdout.columns : undefined;
    },
    get rows() {
      return stdout.isTTY ? stdout.rows : undefined;
    },
    colour: { out: !noColour && stdout.isTTY === true, err: !noColour && stderr.isTTY === true },
    terminal: { in: stdin.isTTY === true, out: stdout.isTTY === true, err: stderr.isTTY === true },
    async input() {
      let text = "";
      stdin.setEncoding("utf8");
      for await (const chunk of read()) text += chunk;
      return text;
    },
    async bytes() {
      const chunks: Buffer[] = [];
      for await (const chunk of read()) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async ask(question, options = {}) {
      if (!stdin.isTTY) throw usage("There is no terminal for the prompt.", "Use a flag or stdin.");
      const { ask } = await import("./connection/prompt.ts");
      return ask(question, options.hidden === true, stdin, stderr, interrupt);
    },
  };
  return {
    io,
    env,
    cwd: process.cwd(),
    home: homedir(),
    now: Date.now,
    signal: interrupt.signal,
    fetch: (input, init) => fetch(input, init),
    version: version,
    sleep: (ms) => sleep(ms, undefined, { signal: interrupt.signal }).then(() => undefined),
    async browse(url) {
      const { openBrowser } = await import("./connection/browser.ts");
      return openBrowser(url, env);
    },
    async editor(command, file) {
      const { spawn } = await import("node:child_process");
      // As git and kubectl do: the shell splits a command with arguments; the file comes quoted, as $1.
      const [program, args] =
        process.platform === "win32"
          ? [`${command} "${file}"`, []]
          : ["/bin/sh", ["-c", `${command} "$1"`, "sh", file]];
      const child = spawn(program, args, { stdio: "inherit", shell: process.platform === "win32" });
      return new Promise((resolve, reject) => child.on("error", reject).on("close", (code) => resolve(code ?? 1)));
    },
  };
}

/** Ends the process when what was written has been taken. */
export async function leave(exit: Exit): Promise<never> {
  await finished();
  await Promise.all(
    [process.stdout, process.stderr].map((s) => new Promise<void>((resolve) => s.write("", () => resolve()))),
  );
  process.exit(exit);
}
