/**
 * Bytes from a provider to a client, natively, with a copy that is read late.
 *
 * The runtime moves chunks from one socket to the other without entering JavaScript (a loop in JavaScript costs three times
 * the CPU). `tee` keeps a copy, which is read when the stream has ended, for usage and for whether it was complete; while it
 * runs, a look at the copy now and then tells that the provider still speaks, and keeps the copy small.
 */

import type { Refusal } from "#db/protocol/errors";
import { within } from "../deadline.ts";
import type { Alarm } from "./alarm.ts";
import { Copy } from "./copy.ts";
import { pump } from "./pump.ts";

/** First look after this many milliseconds, then doubling: a fast stream must not fill memory before anybody looks. */
const FIRST_LOOK = 100;
const LAST_LOOK = 1_000;
/** Milliseconds that a client may take to accept the last words of a stream that failed. */
const FAREWELL = 10_000;

export interface RelayOptions {
  /** Is the relay's from now on. */
  alarm: Alarm;
  /** Milliseconds of silence after which the provider has failed. */
  idleMs: number;
  /** Bytes that were read already. */
  first: Uint8Array | undefined;
  /** Whether a stream that ended with these bytes is whole. */
  whole: (tail: string) => boolean;
  /** What a broken stream is told; undefined: it is broken off. */
  farewell: ((refusal: Refusal, tail: string) => Uint8Array) | undefined;
  /** Makes the refusals that only the caller can word. */
  cut: (cause: unknown) => Refusal;
  idle: () => Refusal;
  /** What to say between events to a client that has heard nothing for `afterMs` milliseconds. */
  filler: { bytes: Uint8Array; afterMs: number } | undefined;
  /** Called once where the stream lasts longer than a second, with what ends it and the provider's work. */
  onLong?: (end: (refusal: Refusal) => void) => void;
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
  const [main, second] = body.tee();
  const copy = new Copy(second);
  const pipe = new AbortController();
  let ended: Refusal | undefined;
  // The provider is let go when both of its readers are gone.
  const end = (refusal: Refusal) => {
    ended ??= refusal;
    pipe.abort(refusal);
    copy.stop();
  };
  const unwatch = watch(copy, options, end, () => pipe.abort());
  let broke: { cause: unknown } | undefined;
  try {
    if (options.first) await say(to, options.first);
    await main.pipeTo(to, { preventAbort: true, preventClose: true, signal: pipe.signal }).catch((cause) => {
      if (!pipe.signal.aborted || ended || !options.filler) throw cause;
      unwatch();
      return pump(copy, to, { ...options, filler: options.filler, end });
    });
  } catch (cause) {
    broke = { cause };
  }
  unwatch();
  const tail = await copy.rest(broke !== undefined);
  const refusal = ended
    ? ended
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

async function say(to: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = to.getWriter();
  await writer.write(bytes);
  writer.releaseLock();
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
    await within(writer.write(last), FAREWELL, tooLate);
    await within(writer.close(), FAREWELL, tooLate);
    return true;
  } catch {
    writer.abort().catch(() => {});
    return false;
  }
}

/**
 * Looks at the copy from time to time.
 * @param interrupt takes the stream out of the runtime's hands, so that something can be said in its silence. Only before
 * its first byte: later there may be bytes on their way to a slow client, which an interruption would lose.
 * @returns what ends that.
 */
function watch(copy: Copy, options: RelayOptions, end: (refusal: Refusal) => void, interrupt: () => void): () => void {
  const { alarm, idleMs, filler } = options;
  let long = options.onLong;
  let wait = FIRST_LOOK;
  const startedAt = Date.now();
  let heardAt = startedAt;
  alarm.set(Math.min(wait, idleMs), look);
  function look() {
    const now = Date.now();
    if (copy.look()) heardAt = now;
    if (now - heardAt >= idleMs) return end(options.idle());
    if (long && now - startedAt >= LAST_LOOK) {
      long(end);
      long = undefined;
    }
    if (filler && copy.empty && now - startedAt >= filler.afterMs) return interrupt();
    wait = Math.min(wait * 2, LAST_LOOK);
    alarm.set(Math.min(wait, Math.max(1, idleMs - (now - heardAt))), look);
  }
  return () => alarm.clear();
}

const tooLate = () => new Error("too late");
