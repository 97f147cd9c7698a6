/** A result's bytes on their way from the publisher to the caller: as they come, bounded in silence. */
import { Refusal } from "#db/protocol/errors";

/**
 * Chunk by chunk, each taken by the caller before the next is read.
 * @param idle milliseconds that the publisher may be silent.
 * @throws Refusal publisher_timeout; `SourceBroken` when the publisher's side broke; whatever `write` throws.
 */
export async function copyResult(
  source: ReadableStream<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
  idle: number,
): Promise<void> {
  const reader = source.getReader();
  // One watch for the whole body: a timer per chunk would cost more than the chunk.
  let waitingSince: number | undefined;
  let silent = false;
  const watch = setInterval(() => {
    if (waitingSince === undefined || Date.now() - waitingSince < idle) return;
    silent = true;
    reader.cancel("silent for too long").catch(() => {});
  }, idle / 4);
  try {
    for (;;) {
      waitingSince = Date.now();
      const chunk = await reader.read().catch((cause) => {
        throw new SourceBroken("the publisher broke off its answer", { cause });
      });
      waitingSince = undefined;
      if (silent) throw new Refusal("publisher_timeout", "The model fell silent in the middle of its answer.");
      if (chunk.done) return;
      await write(chunk.value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    clearInterval(watch);
  }
}

/** The connection that brought the result ended before the result did. */
export class SourceBroken extends Error {}
