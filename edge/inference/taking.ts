/** An answer that does not say how long it is, and may be short enough to be taken whole: begun to be read, to find out. */
import { beginsEventStream, isJson } from "./content-type.ts";
import { concat } from "./json-scan.ts";
import { isBlank, WHOLE_BYTES } from "./whole.ts";

/** Bytes that are read at a time. */
const READ_BYTES = 16_384;

export type Taken =
  | { is: "whole"; body: Uint8Array<ArrayBuffer> }
  /** It is to flow: what was read of it, and its media type, which some servers say wrongly. */
  | { is: "flowing"; first: Uint8Array; type: string }
  /** Nobody waits for it any more. */
  | { is: "unwanted" };

/**
 * @param stream whether the client asked for events: then whatever does not look like JSON flows.
 * @param heard called when more has come, or the end; says whether anybody still waits.
 * @throws what broke the body
 */
export async function take(
  body: ReadableStream<Uint8Array>,
  type: string,
  stream: boolean,
  heard: () => boolean,
): Promise<Taken> {
  const reader = body.getReader({ mode: "byob" });
  const parts: Uint8Array[] = [];
  for (let size = 0; size < WHOLE_BYTES; ) {
    const { value, done } = await reader.readAtLeast(1, new Uint8Array(Math.min(READ_BYTES, WHOLE_BYTES - size)));
    if (!heard()) {
      reader.cancel().catch(() => {});
      return { is: "unwanted" };
    }
    if (done || !value) return { is: "whole", body: concat(parts) };
    parts.push(value);
    size += value.length;
    if (parts.length > 1) continue;
    const events = stream && beginsEventStream(value);
    if (!events && isJson(type) && !isBlank(value)) continue;
    reader.releaseLock();
    return { is: "flowing", first: value, type: events ? "text/event-stream" : type };
  }
  reader.releaseLock();
  return { is: "flowing", first: concat(parts), type };
}
