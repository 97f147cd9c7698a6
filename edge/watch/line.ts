/** What an object says to those who follow it: lines of JSON, one a look. Both ends are this edge. */
import type { Look } from "./log.ts";

export type Line = Pick<Look, "changes" | "upto"> & {
  /** All of what `upto` has seen has been handed out. */
  whole: boolean;
};

const encoder = new TextEncoder();

export const writeLine = (line: Line): Uint8Array => encoder.encode(`${JSON.stringify(line)}\n`);

/** Means nothing; only a write finds out that the other side has gone. */
export const nothing: Uint8Array = encoder.encode("\n");

/** Reads line by line, however the bytes were cut. Ends when the stream does; cancels it when the reader stops. */
export class Lines {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #parts: string[] = [];
  #ready: string[] = [];

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** @returns undefined at the end. @throws when the stream breaks. */
  async next(): Promise<Line | undefined> {
    for (;;) {
      for (let text = this.#ready.shift(); text !== undefined; text = this.#ready.shift())
        if (text !== "") return JSON.parse(text) as Line;
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      const [first = "", ...rest] = this.#decoder.decode(value, { stream: true }).split("\n");
      this.#parts.push(first);
      if (rest.length === 0) continue;
      this.#ready = [this.#parts.join(""), ...rest.slice(0, -1)];
      this.#parts = [rest.at(-1) ?? ""];
    }
  }

  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }
}
