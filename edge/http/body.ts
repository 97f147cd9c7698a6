/** Request bodies, bounded before they are held in memory. */
import type { z } from "zod";
import { Refusal, refuse } from "#db/protocol/errors";
import { faultsOf, summary } from "#db/schema/faults";

function tooLarge(limit: number): Refusal {
  return new Refusal("too_large", `The request's body is larger than ${limit} bytes.`, {
    hint: "Send less; what models are asked may be longer where MAX_BODY_BYTES of the edge is raised.",
  });
}

/** @throws Refusal unsupported_media where a request's body is compressed */
export function assertPlain(headers: Headers): void {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity")
    refuse("unsupported_media", `The request's body is encoded: ${JSON.stringify(encoding.slice(0, 40))}.`, {
      hint: "Send it as it is, without Content-Encoding.",
      accept: { header: "accept-encoding", value: "identity" },
    });
}

type Message = Request | Response;

/** @throws Refusal as soon as more than `limit` bytes are announced or have come: too_large, or what is asked for. */
export async function readBytes(
  message: Message,
  limit: number,
  refusal: (limit: number) => Refusal = tooLarge,
): Promise<Uint8Array<ArrayBuffer>> {
  // Of an answer that is compressed, the runtime hands over what it holds, and that may be a thousand times what was announced.
  if (message.headers.has("content-encoding")) return readChunks(message, limit, refusal);
  return announcedBytes(message, limit, refusal) === undefined
    ? readChunks(message, limit, refusal)
    : new Uint8Array(await message.arrayBuffer());
}

/** A body as text, without a byte order mark. @throws Refusal too_large as above; malformed_json for what is not UTF-8 */
export async function readText(message: Message, limit: number): Promise<string> {
  return decodeUtf8(await readBytes(message, limit));
}

/**
 * The same for half the cost, for what is asked of models and kept nowhere: the runtime decodes it on its way into JavaScript. It
 * writes U+FFFD for what is not UTF-8, which is noticed by the length, but for one case: see `stillHas`.
 */
export async function readTextQuickly(message: Message, limit: number): Promise<string> {
  const announced = announcedBytes(message, limit);
  if (announced === undefined) return decodeUtf8(await readChunks(message, limit));
  const text = await message.text();
  if (text.includes(REPLACEMENT) && !stillHas(text, announced)) throw notUtf8();
  return text;
}

/** Stands where bytes were not UTF-8; may also have been sent as such. */
const REPLACEMENT = "\ufffd";

/**
 * Whether nothing was replaced: it would have made the text longer, unless just the last byte of a character of four is missing.
 * One that is let through is replaced, as most readers of JSON do.
 */
function stillHas(text: string, bytes: number): boolean {
  const { length } = new TextEncoder().encode(text);
  return length === bytes || length + BYTE_ORDER_MARK === bytes;
}

const BYTE_ORDER_MARK = 3;

/** Undefined where nobody can say before it has come. @throws Refusal too_large */
function announcedBytes({ headers }: Message, limit: number, refusal = tooLarge): number | undefined {
  const announced = headers.get("content-length");
  // What is announced holds only where nothing says that the body comes in chunks after all (RFC 9112, 6.3).
  if (announced === null || !/^\d+$/.test(announced) || headers.has("transfer-encoding")) return undefined;
  if (Number(announced) > limit) throw refusal(limit);
  return Number(announced);
}

async function readChunks(message: Message, limit: number, refusal = tooLarge): Promise<Uint8Array<ArrayBuffer>> {
  if (!message.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of message.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw refusal(limit);
    chunks.push(chunk);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

/** A byte order mark is left out. */
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw notUtf8(cause);
  }
}

function notUtf8(cause?: unknown): Refusal {
  return new Refusal("malformed_json", "The request's body is not valid UTF-8.", { cause });
}

/** @throws Refusal malformed_json that says where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (text.trim() === "") refuse("malformed_json", "The request's body is empty.", { hint: "Send a JSON object." });
    refuse("malformed_json", `The request's body is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

/** @throws Refusal invalid_request with a fault per problem. What was given is not repeated: it may be a credential. */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = faultsOf(schema, result.error.issues, value, { hidden: "all" });
  const param = faults[0]?.path;
  refuse("invalid_request", summary(faults), { faults, ...(param ? { param } : {}) });
}
