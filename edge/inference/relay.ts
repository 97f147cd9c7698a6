/**
 * Bytes from a provider to a client, natively, with a copy that is read late.
 *
 * The runtime moves chunks from one socket to the other without entering JavaScript (a loop in JavaScript costs three times
 * the CPU). `tee` keeps a copy, which is read when the stream has ended, for usage and for whether it was complete; while it
 * runs, a look at the copy now and then tells that the provider still speaks, and keeps the copy small.
 */
import type { Refusal } from "#db/protocol/errors";
import { TAIL_BYTES } from "./usage.ts";

/** First look after this many milliseconds, then doubling: a fast stream must not fill memory before anybody looks. */
const FIRST_LOOK = 100;
const LAST_LOOK = 1_000;
/** Bytes taken from the copy in one look. */
const LOOK_BYTES = 65_536;
/** A short stream fits into this; a larger buffer costs more than reading it. */
const FIRST_BYTES = 8_192;
/** A stream that is longer than this goes on without a copy: back-pressure alone bounds it then, and its usage stays unknown. */
const COPY_LIMIT = 8_388_608;
/** Milliseconds that a client may take to accept the last words of a stream that failed. */
const FAREWELL = 10_000;

export interface RelayOptions {
  /** Ends the provider's work; aborted by others with the Refusal that the stream shall end with. */
  controller: AbortController;
  /** Milliseconds of silence after which the provider has failed. */
  idleMs: number;
  /** Bytes that were read already. */
  first?: Uint8Array;
  /** Whether a stream that ended with these bytes is whole. */
  whole: (tail: string) => boolean;
  /** What a broken stream is told; undefined: it is broken off. */
  farewell: ((refusal: Refusal, tail: string) => Uint8Array) | undefined;
  /** Makes the refusals that only the caller can word. */
  cut: (cause: unknown) => Refusal;
  idle: () => Refusal;
  /** Called once where the stream lasts longer than a second. */
  onLong?: () => void;
}

export interface RelayEnd {
  /** The last bytes, as text; empty where the stream was too long to keep a copy of. */
  tail: string;
  /** Why it broke; `"client_gone"` where the client did. */
  broke: Refusal | "client_gone" | undefined;
}

export function relay(
  body: ReadableStream<Uint8Array>,
  options: RelayOptions,
): { readable: ReadableStream<Uint8Array>; ended: Promise<RelayEnd> } {
  const through = new IdentityTransformStream();
  return { readable: through.readable, ended: run(body, through.writable, options) };
}

async function run(
  body: ReadableStream<Uint8Array>,
  to: WritableStream<Uint8Array>,
  options: RelayOptions,
): Promise<RelayEnd> {
  const { controller } = options;
  const [main, second] = body.tee();
  const copy = new Copy(second);
  const stop = watch(copy, options);
  let broke: { cause: unknown } | undefined;
  try {
    if (options.first) {
      const writer = to.getWriter();
      await writer.write(options.first);
      writer.releaseLock();
    }
    await main.pipeTo(to, { preventAbort: true, preventClose: true });
  } catch (cause) {
    broke = { cause };
  }
  stop();
  const abortedBy = controller.signal.aborted ? (controller.signal.reason as Refusal) : undefined;
  // The provider must not go on for a client that hung up, which only a failed write tells.
  if (broke) controller.abort(broke.cause);
  const tail = await copy.rest(broke !== undefined);
  const refusal = abortedBy
    ? abortedBy
    : broke
      ? options.cut(broke.cause)
      : options.whole(tail)
        ? undefined
        : options.cut(undefined);
  const writer = to.getWriter();
  if (!refusal) {
    // Nobody waits for this: a client that is slow to take the end has got everything.
    writer.close().catch(() => {});
    return { tail, broke: undefined };
  }
  const accepted = await takeLeave(writer, options.farewell?.(refusal, tail));
  return { tail, broke: !accepted && broke ? "client_gone" : refusal };
}

/** @param last what the client is told; undefined: the connection breaks. @returns whether the client took it. */
async function takeLeave(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  last: Uint8Array | undefined,
): Promise<boolean> {
  try {
    if (!last) {
      await writer.abort(new Error("the provider broke off"));
      return true;
    }
    await within(FAREWELL, writer.write(last));
    await within(FAREWELL, writer.close());
    return true;
  } catch {
    writer.abort().catch(() => {});
    return false;
  }
}

/** Looks at the copy from time to time. @returns what ends that. */
function watch(copy: Copy, options: RelayOptions): () => void {
  let wait = FIRST_LOOK;
  let long = options.onLong;
  const startedAt = Date.now();
  let heardAt = startedAt;
  let timer = setTimeout(look, wait);
  function look() {
    const now = Date.now();
    if (copy.look()) heardAt = now;
    if (now - heardAt >= options.idleMs) return options.controller.abort(options.idle());
    if (long && now - startedAt >= LAST_LOOK) {
      long();
      long = undefined;
    }
    wait = Math.min(wait * 2, LAST_LOOK);
    timer = setTimeout(look, Math.min(wait, Math.max(1, options.idleMs - (now - heardAt))));
  }
  return () => clearTimeout(timer);
}

/** The second branch of the tee: its last bytes, and whether anything came. */
class Copy {
  readonly #reader: ReadableStreamBYOBReader;
  #last: Uint8Array = new Uint8Array();
  #taken = 0;
  #heard = false;
  #reading: Promise<void> | undefined;
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /** Takes what has gathered. @returns whether anything came since the last look; true for ever where no copy is kept. */
  look(): boolean {
    if (this.#taken > COPY_LIMIT) {
      this.drop();
      return true;
    }
    const heard = this.#heard;
    this.#heard = false;
    if (!this.#reading && !this.#ended)
      this.#reading = this.#take(LOOK_BYTES, 1).finally(() => {
        this.#reading = undefined;
      });
    return heard;
  }

  /**
   * After the end. @returns the last bytes as text.
   * @param broken what came before the break is read piece by piece: asking for more would meet the break first.
   */
  async rest(broken: boolean): Promise<string> {
    await this.#reading;
    for (let size = FIRST_BYTES; !this.#ended; size = LOOK_BYTES) await this.#take(size, broken ? 1 : size);
    return this.tail();
  }

  tail(): string {
    return this.#taken > COPY_LIMIT ? "" : new TextDecoder().decode(this.#last);
  }

  drop(): void {
    this.#ended = true;
    this.#reader.cancel().catch(() => {});
  }

  async #take(size: number, atLeast: number): Promise<void> {
    try {
      const { value, done } = await this.#reader.readAtLeast(atLeast, new Uint8Array(size));
      if (value && value.length > 0) {
        this.#heard = true;
        this.#taken += value.length;
        this.#last = lastOf(this.#last, value);
      }
      if (done || !value || value.length < atLeast) this.#ended = true;
    } catch {
      // The first branch meets the same error and reports it.
      this.#ended = true;
    }
  }
}

function lastOf(before: Uint8Array, next: Uint8Array): Uint8Array {
  if (before.length === 0 && next.length * 2 > next.buffer.byteLength) return next.subarray(-TAIL_BYTES);
  if (before.length === 0 || next.length >= TAIL_BYTES) return next.slice(-TAIL_BYTES);
  const kept = before.subarray(-(TAIL_BYTES - next.length));
  const all = new Uint8Array(kept.length + next.length);
  all.set(kept);
  all.set(next, kept.length);
  return all;
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("too late")), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
