/**
 * The slow way to relay a stream, in JavaScript, for one that began with a long silence: then the cost of a chunk does not
 * matter, and comments can be said between events whenever the model falls silent.
 */
import type { Refusal } from "#db/protocol/errors";
import type { Copy } from "./copy.ts";
import type { RelayOptions } from "./relay.ts";

/** How often the silence is measured, in milliseconds. */
const TICK = 1_000;

export type PumpOptions = Pick<RelayOptions, "idleMs" | "idle"> & {
  filler: { bytes: Uint8Array; afterMs: number };
  /** Ends the stream, and with it the copy. */
  end: (refusal: Refusal) => void;
};

/**
 * Called after the native pipe was interrupted, when nothing had come.
 * @throws what broke the stream, at either end; also where the first bytes came in the very moment of the interruption: then
 * nobody knows whether they went out.
 */
export async function pump(copy: Copy, to: WritableStream<Uint8Array>, options: PumpOptions): Promise<void> {
  const { end, idleMs, filler } = options;
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (!copy.empty) throw new Error("the first bytes came while the stream changed hands");
  const writer = to.getWriter();
  let heardAt = Date.now() - filler.afterMs;
  let saidAt = 0;
  let writing = false;
  const gone = () => copy.stop();
  const measure = () => {
    const now = Date.now();
    // A client that is slow to read is not a provider that is silent.
    if (writing) return;
    if (now - heardAt >= idleMs) return end(options.idle());
    if (now - Math.max(heardAt, saidAt) < filler.afterMs || !copy.betweenEvents) return;
    saidAt = now;
    writer.write(filler.bytes).catch(gone);
  };
  measure();
  const timer = setInterval(measure, TICK);
  try {
    for (let bytes = await copy.next(); bytes; bytes = await copy.next()) {
      heardAt = Date.now();
      writing = true;
      await writer.write(bytes);
      writing = false;
    }
  } finally {
    clearInterval(timer);
    writer.releaseLock();
  }
}
