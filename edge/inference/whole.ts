/** An answer that is taken whole before the client gets any of it. */
import { isEventStream, isPlainJson } from "./content-type.ts";
import { TAIL_BYTES } from "./dialects/dialect.ts";

/** An answer that is no stream and not longer than this is taken whole: one that breaks off is then an error, not half an answer. */
export const WHOLE_BYTES = TAIL_BYTES;

export type Whole = string | ArrayBuffer | Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The empty text where it is none. */
export const asText = (body: Whole, type: string): string =>
  typeof body === "string" ? body : type.includes("json") ? decoder.decode(body) : "";

export const asBytes = (body: Whole): Uint8Array =>
  typeof body === "string" ? encoder.encode(body) : new Uint8Array(body);

/**
 * An answer that says that it is short, read without the stream that `body` would make; JSON as text, which costs less.
 * Undefined where it may be long, and for events.
 */
export function takenWhole(response: Response, type: string): Promise<string | ArrayBuffer> | undefined {
  const length = response.headers.get("content-length");
  // The runtime has decompressed the body, and the length is that of what was sent: a few bytes may stand for gigabytes.
  if (response.headers.has("content-encoding")) return undefined;
  if (length === null || Number(length) > WHOLE_BYTES) return undefined;
  if (isPlainJson(type)) return response.text();
  return isEventStream(type) ? undefined : response.arrayBuffer();
}

/** White space before JSON (RFC 8259, 2): some providers send it while a model waits for its turn. */
export const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 32 || (byte >= 9 && byte <= 13));

/** An answer that nobody waits for any more. */
export function dropped(response: Response): Response {
  if (!response.body?.locked) response.body?.cancel().catch(() => {});
  return response;
}
