/**
 * An answer that has not begun while the client waits for a stream: comments keep the connection alive, tell that somebody is
 * there, and find out whether the client is. From then on the status is 200, and what goes wrong is told in an event.
 */
import { isEventStream } from "./content-type.ts";
import { pause } from "./delivery.ts";
import { asEvent, comment } from "./stream-events.ts";

/** Milliseconds in which a client that hung up politely can be noticed before the end (delivery.ts). */
const BEFORE_END = 50;

/**
 * @param every milliseconds between comments.
 * @param onGone called when the client has hung up.
 * @returns `ended`: whether the client took all of it, as far as that is known; never rejects.
 */
export function answerWhileWaiting(
  answer: Promise<Response>,
  every: number,
  onGone: () => void,
): { readable: ReadableStream<Uint8Array>; ended: Promise<boolean> } {
  const { readable, writable } = new IdentityTransformStream();
  return { readable, ended: run(answer, writable, every, onGone) };
}

async function run(
  answer: Promise<Response>,
  to: WritableStream<Uint8Array>,
  every: number,
  onGone: () => void,
): Promise<boolean> {
  const writer = to.getWriter();
  const speak = () => writer.write(comment).catch(onGone);
  const timer = setInterval(speak, every);
  const first = speak();
  try {
    const response = await answer;
    clearInterval(timer);
    await first;
    if (!response.body) {
      await writer.close();
    } else if (isEventStream(response.headers.get("content-type") ?? "")) {
      // Chunk by chunk: the runtime has no native pipe from one TransformStream into another.
      for await (const chunk of response.body as ReadableStream<Uint8Array>) await writer.write(chunk);
      await writer.close();
    } else {
      await writer.write(asEvent(await response.text()));
      await pause(BEFORE_END);
      await writer.close();
    }
    return true;
  } catch {
    // Nothing is left to tell and nobody to tell it to; the exchange has recorded how it ended.
    onGone();
    // Never a hang: whoever still listens sees the connection break.
    writer.abort(new Error("the answer failed")).catch(() => {});
    return false;
  } finally {
    clearInterval(timer);
  }
}
