/**
 * Whether an answer was taken. A self-hosted edge hears of a client that hung up politely only when something is written to it:
 * the client's machine then answers with a reset (RFC 9293, 3.5.2). That tells nothing after the last byte, when the runtime has
 * finished with the request. So the last byte of an answer that took long is held back for a moment in which a reset can come.
 */

/** An answer that came sooner than this, in milliseconds, goes out at once: few have hung up. */
const QUICK = 200;
/** At most this part of the time that the answer took, and this many milliseconds, are spent to find out. */
const PART = 0.01;
const LONGEST = 50;

/** Milliseconds to hold back the end of an answer. @param took milliseconds since the request came. */
export function pauseBeforeEnd(took: number): number {
  return took < QUICK ? 0 : Math.min(took * PART, LONGEST);
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Sends an answer with its last byte held back.
 * @param signal of the client's request.
 * @returns `taken`: false where it is known that the client has gone; never rejects.
 */
export function deliver(
  body: Uint8Array,
  milliseconds: number,
  signal: AbortSignal,
): { readable: ReadableStream<Uint8Array>; taken: Promise<boolean> } {
  const { readable, writable } = new FixedLengthStream(body.length);
  return { readable, taken: write(body, milliseconds, signal, writable.getWriter()) };
}

async function write(
  body: Uint8Array,
  milliseconds: number,
  signal: AbortSignal,
  to: WritableStreamDefaultWriter<Uint8Array>,
): Promise<boolean> {
  try {
    if (body.length > 1) await to.write(body.subarray(0, -1));
    await pause(milliseconds);
    if (signal.aborted) throw new Error("the client hung up");
    if (body.length > 0) await to.write(body.subarray(-1));
    await to.close();
    return true;
  } catch (cause) {
    to.abort(cause).catch(() => {});
    return false;
  }
}
