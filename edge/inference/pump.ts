/**
 * The slow way to relay a stream, in JavaScript, for one that fell silent for long: then the cost of a chunk does not matter, and
 * comments can be said between events whenever the model falls silent.
 */
import type { Refusal } from "#db/protocol/errors";
import type { Copy } from "./copy.ts";
import { fellSilent, overdue } from "./refusals.ts";
import type { Filler, RelayOptions } from "./relay-options.ts";

/** How often the silence is measured, in milliseconds. */
const TICK = 500;

/**
 * Called after the native pipe was interrupted in a silence between two events.
 * @param size of the copy at that moment.
 * @param end ends the stream, and with it the copy.
 * @throws what broke the stream, at either end; also where bytes came in the very moment of the interruption: then nobody knows
 * whether they went out.
 */
export async function pump(
  copy: Copy,
  size: number,
  to: WritableStream<Uint8Array>,
  filler: Filler,
  { target, due }: Pick<RelayOptions, "target" | "due">,
  end: (refusal: Refusal) => void,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (copy.size !== size) throw new Error("bytes came while the stream changed hands");
  const writer = to.getWriter();
  let heardAt = copy.heardAt || Date.now() - filler.afterMs;
  let saidAt = 0;
  let writing = false;
  let gone: { cause: unknown } | undefined;
  const say = () => {
    saidAt = Date.now();
    writer.write(filler.bytes).catch((cause) => {
      gone = { cause };
      copy.stop();
    });
  };
  const measure = () => {
    const now = Date.now();
    if (now >= due) return end(overdue(target));
    // A client that is slow to read is not a provider that is silent.
    if (writing) return;
    // It has said its last, and its connection stays open.
    if (copy.done && now - heardAt >= TICK) return copy.stop();
    if (now - heardAt >= target.spec.timeouts.idle) return end(fellSilent(target));
    if (now - Math.max(heardAt, saidAt) >= filler.afterMs && copy.betweenEvents) say();
  };
  say();
  const timer = setInterval(measure, TICK);
  try {
    for (let bytes = await copy.next(); bytes; bytes = await copy.next()) {
      heardAt = Date.now();
      writing = true;
      await writer.write(bytes);
      writing = false;
    }
    if (gone) throw gone.cause;
  } finally {
    clearInterval(timer);
    writer.releaseLock();
  }
}
