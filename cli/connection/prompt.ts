/** A question on the terminal. The answer to a hidden one is never echoed. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Failure } from "../failure.ts";

export async function ask(
  question: string,
  hidden: boolean,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  interrupt: AbortController,
): Promise<string> {
  output.write(question);
  // readline turns the terminal's own echo off and echoes by itself, into this: nowhere for a hidden answer.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: hidden ? silent : output, terminal: true, historySize: 0 });
  const cancelled = new AbortController();
  // In raw mode Ctrl-C is a key: it means here what it means everywhere.
  lines.once("SIGINT", () => interrupt.abort());
  // Ctrl-D.
  lines.once("close", () => cancelled.abort());
  try {
    return await lines.question("", { signal: AbortSignal.any([interrupt.signal, cancelled.signal]) });
  } catch (cause) {
    throw new Failure("Cancelled.", { cause });
  } finally {
    lines.close();
    if (hidden) output.write("\n");
  }
}
