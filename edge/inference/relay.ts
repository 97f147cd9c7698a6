/**
 * Bytes from a provider to a client, natively, with a copy that is read late.
 *
 * The runtime moves chunks from one socket to the other without entering JavaScript (a loop in JavaScript costs three times
 * the CPU). `tee` keeps a copy, which is read when the stream has ended, for usage and for whether it was complete; while it
 * runs, a look at the copy now and then tells that the provider still speaks, and keeps the copy small.
 */

import type { Refusal } from "#db/protocol/errors";
import { within } from "../deadline.ts";
import { Copy } from "./copy.ts";
import { pause, pauseBeforeEnd } from "./delivery.ts";
import { pump } from "./pump.ts";
import { brokeOff } from "./refusals.ts";
import type { RelayOptions } from "./relay-options.ts";
import { farewell } from "./stream-events.ts";
import { watch } from "./watch.ts";

/** Milliseconds that a client may take to accept the last words of a stream that failed. */
const FAREWELL = 10_000;

export interface RelayEnd {
  /** The last bytes, as text. */
  tail: string;
  /** Whether they hold an error of the provider's own at their end. */
  failed: boolean;
  /** Why it broke; `"client_gone"` where the client did. */
  broke: Refusal | "client_gone" | undefined;
}

export interface Relay {
  readable: ReadableStream<Uint8Array>;
  ended: Promise<RelayEnd>;
  /** Ends the stream, and the provider's work. */
  end: (refusal: Refusal) => void;
}

export function relay(body: ReadableStream<Uint8Array>, options: RelayOptions): Relay {
  const through = new IdentityTransformStream();
  const [main, second] = body.tee();
  const one: Running = {
    main,
    copy: new Copy(second, options.first, options.events?.dialect.saysDone),
    pipe: new AbortController(),
    ended: undefined,
  };
  // The provider is let go when both of its readers are gone.
  const end = (refusal: Refusal) => {
    one.ended ??= refusal;
    one.pipe.abort(refusal);
    one.copy.stop();
  };
  return { readable: through.readable, ended: run(one, through.writable, options, end), end };
}

interface Running {
  main: ReadableStream<Uint8Array>;
  copy: Copy;
  pipe: AbortController;
  /** Why it was ended from here. */
  ended: Refusal | undefined;
}

async function run(
  one: Running,
  to: WritableStream<Uint8Array>,
  options: RelayOptions,
  end: Relay["end"],
): Promise<RelayEnd> {
  const { main, copy, pipe } = one;
  const { events, target } = options;
  let broke: { cause: unknown } | undefined;
  /** Bytes that had come when the stream was taken out of the runtime's hands, to be pumped from there on. */
  let pumpFrom: number | undefined;
  const unwatch = watch(copy, options, end, (because) => {
    if (because === "silent") pumpFrom = copy.size;
    pipe.abort();
    // Its last event has come: the provider need not stay.
    if (because === "done") copy.stop();
  });
  try {
    if (options.first) await say(to, options.first);
    await main.pipeTo(to, { preventAbort: true, preventClose: true, signal: pipe.signal }).catch((cause) => {
      if (!pipe.signal.aborted || one.ended) throw cause;
      if (pumpFrom !== undefined && events) return pump(copy, pumpFrom, to, events.filler, options, end);
    });
  } catch (cause) {
    broke = { cause };
  }
  unwatch();
  const tail = await copy.rest(broke !== undefined);
  const ending = events?.dialect.ending(tail, { choices: events.choices, truncated: copy.truncated });
  // After its own end a stream is whole whatever became of the connection.
  const whole = ending?.whole || !(events?.terminated || broke || one.ended);
  const refusal = whole ? undefined : (one.ended ?? brokeOff(target, broke?.cause));
  const writer = to.getWriter();
  const taken = await (refusal
    ? takeLeave(writer, events?.refusal && farewell(events.refusal(refusal), tail), options.signal)
    : takeEnd(writer, options, broke !== undefined || pipe.signal.aborted));
  return { tail, failed: ending?.failed ?? false, broke: taken || one.ended ? refusal : "client_gone" };
}

async function say(to: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = to.getWriter();
  try {
    await writer.write(bytes);
  } finally {
    writer.releaseLock();
  }
}

/**
 * @param doubtful whether the client may not have got all that was written.
 * @returns false where it is known that it did not.
 */
async function takeEnd(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { startedAt, signal }: RelayOptions,
  doubtful: boolean,
): Promise<boolean> {
  const milliseconds = pauseBeforeEnd(Date.now() - startedAt);
  if (milliseconds > 0) await pause(milliseconds);
  const closed = writer.close();
  closed.catch(() => {});
  if (signal.aborted) return false;
  // Nobody waits for this else: a client that is slow to take the end has got everything.
  if (!doubtful) return true;
  return within(closed, FAREWELL, tooLate).then(
    () => true,
    () => false,
  );
}

/** @param last what the client is told; undefined: the connection breaks. @returns whether the client took it. */
async function takeLeave(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  last: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (!last) {
      await writer.abort(new Error("the provider broke off"));
      return !signal.aborted;
    }
    await within(writer.write(last), FAREWELL, tooLate);
    await within(writer.close(), FAREWELL, tooLate);
    return true;
  } catch {
    writer.abort().catch(() => {});
    return false;
  }
}

const tooLate = () => new Error("too late");
