/**
 * For unit tests: what the Workers runtime has of streams and Node lacks, out of what Node has. How the runtime itself treats chunks,
 * sockets and back-pressure, `tests/inference/` shows.
 */
import { kindsByName } from "#db/kinds/index";
import { dialectOf } from "./dialects/index.ts";
import { lineTo } from "./providers/line.ts";
import type { ProviderTarget } from "./target.ts";

/** Node's own minimum (`read(view, { min })`) is an error where the stream ends before it; the runtime's is not. */
async function readAtLeast(
  this: ReadableStreamBYOBReader,
  least: number,
  view: Uint8Array,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let buffer = view.buffer as ArrayBuffer;
  let filled = 0;
  while (filled < least) {
    const { value, done }: { value?: Uint8Array | undefined; done: boolean } = await this.read(
      new Uint8Array(buffer, filled),
    );
    if (value) buffer = value.buffer as ArrayBuffer;
    if (!value || done)
      return filled === 0 ? { done: true } : { value: new Uint8Array(buffer, 0, filled), done: false };
    filled += value.length;
  }
  return { value: new Uint8Array(buffer, 0, filled), done: false };
}

const prototype = ReadableStreamBYOBReader.prototype as unknown as Record<string, unknown>;
const global = globalThis as unknown as Record<string, unknown>;

export function addWorkersStreams(): void {
  prototype["readAtLeast"] = readAtLeast;
  global["IdentityTransformStream"] = TransformStream;
}

/** Other files run in the same process. */
export function removeWorkersStreams(): void {
  delete prototype["readAtLeast"];
  delete global["IdentityTransformStream"];
}

export interface Source {
  stream: ReadableStream<Uint8Array>;
  say(text: string | Uint8Array): void;
  end(): void;
  breakOff(): void;
  /** Whether whoever reads it has let it go. */
  cancelled(): boolean;
}

/** A provider's body, as a socket would give it. */
export function source(): Source {
  const encoder = new TextEncoder();
  let cancelled = false;
  let to: ReadableByteStreamController | undefined;
  const stream = new ReadableStream({
    type: "bytes",
    start: (controller: ReadableByteStreamController) => {
      to = controller;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return {
    stream,
    say: (text) => to?.enqueue(typeof text === "string" ? encoder.encode(text) : text),
    end: () => {
      to?.close();
      to?.byobRequest?.respond(0);
    },
    breakOff: () => to?.error(new Error("connection reset")),
    cancelled: () => cancelled,
  };
}

/** @param timeouts in milliseconds. */
export function providerTarget(timeouts: { idle?: number } = {}): ProviderTarget {
  const spec = kindsByName.llm.spec.parse({ type: "openai", model: "gpt", timeouts });
  const status = kindsByName.llm.status.parse({ lifecycle: "public", state: "active" });
  const base = { root: "https://models.example.com/v1", query: "" };
  const dialect = dialectOf(spec.type);
  const line = lineTo(base.root);
  return {
    is: "provider",
    id: "l1",
    name: "one",
    spec,
    status,
    dialect,
    base,
    line,
    key: undefined,
    keyHeader: undefined,
  };
}
