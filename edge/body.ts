/** Request bodies, bounded before they are held in memory. */
import { z } from "zod";
import { type Fault, Refusal, refuse } from "#db/protocol/errors";

function tooLarge(limit: number): Refusal {
  return new Refusal("too_large", `The request's body is larger than ${limit} bytes.`, {
    hint: "Send less; what models are asked may be longer where MAX_BODY_BYTES of the edge is raised.",
  });
}

/** Compressed bytes would be taken for broken JSON. @throws Refusal unsupported */
export function assertPlain(headers: Headers): void {
  const coding = headers.get("content-encoding");
  if (coding === null || /^\s*(identity)?\s*$/i.test(coding)) return;
  refuse("unsupported", `The request's body is compressed (${coding.slice(0, 50)}), which is not taken here.`, {
    hint: "Send it as it is, without `content-encoding`.",
  });
}

/** @throws Refusal too_large as soon as more than `limit` bytes are announced or have come. */
export async function readBounded(request: Request | Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get("content-length");
  // What is announced holds only where nothing says that the body comes in chunks after all (RFC 9112, 6.3).
  if (announced !== null && /^\d+$/.test(announced) && !request.headers.has("transfer-encoding")) {
    if (Number(announced) > limit) throw tooLarge(limit);
    return new Uint8Array(await request.arrayBuffer());
  }
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
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

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** @throws Refusal malformed_json that says where, for bytes that are not UTF-8 or not JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  return parseText(decodeUtf8(bytes));
}

/** A byte order mark is left out. @throws Refusal malformed_json */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    refuse("malformed_json", "The request's body is not valid UTF-8.", { cause });
  }
}

/** @throws Refusal malformed_json */
export function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (text.trim() === "") refuse("malformed_json", "The request's body is empty.", { hint: "Send a JSON object." });
    refuse("malformed_json", `The request's body is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

/** More are not told. */
const mostFaults = 100;

/** @throws Refusal invalid_request with a fault per problem. */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults: Fault[] = result.error.issues
    .slice(0, mostFaults)
    .map((i) => ({ path: z.core.toDotPath(i.path), message: i.message }));
  const first = faults[0];
  refuse("invalid_request", first ? `${first.path || "body"}: ${first.message}` : "The body is not valid.", { faults });
}
