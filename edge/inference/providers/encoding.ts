/**
 * Answers that are compressed although nobody asked for it. The runtime decodes gzip and br where they are spelled just so, and
 * hands everything else on as it came.
 */
import type { Refusal } from "#db/protocol/errors";

/** Whether the body can be read as it is. @param encoding `Content-Encoding`. */
export const isPlain = (encoding: string | null): boolean =>
  encoding === null || encoding === "gzip" || encoding === "br" || encoding === "" || encoding === "identity";

const formats: Readonly<Record<string, "gzip" | "deflate" | undefined>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
};

/**
 * The same answer, readable.
 * @param refused makes the refusal for an encoding that can't be read; what it gets follows "answered".
 * @throws Refusal
 */
export async function decoded(
  response: Response,
  encoding: string,
  refused: (what: string) => Refusal,
): Promise<Response> {
  const { status, headers, body } = response;
  const name = encoding.trim().toLowerCase();
  const plain = new Headers(headers);
  for (const gone of ["content-encoding", "content-length"]) plain.delete(gone);
  if (name === "identity" || body === null) return new Response(body, { status, headers: plain });
  const format = formats[name];
  if (format === undefined) {
    await body.cancel();
    throw refused(`with a body in the encoding ${JSON.stringify(encoding)}, which was not asked for and can't be read`);
  }
  const reader = body.getReader();
  const first = await reader.read();
  reader.releaseLock();
  const through = new DecompressionStream(format === "deflate" ? deflateOf(first.value) : format);
  pass(first.value, body, through.writable).catch(() => {});
  return new Response(readable(through.readable), { status, headers: plain });
}

/** What comes out of a decompressor can't be split in two by the runtime without both waiting for ever: this can. */
function readable(from: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = from.getReader();
  return new ReadableStream({
    type: "bytes",
    async pull(to) {
      const { done, value } = await reader.read();
      if (value) to.enqueue(value);
      if (!done) return;
      to.close();
      to.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

async function pass(
  first: Uint8Array | undefined,
  rest: ReadableStream<Uint8Array>,
  to: WritableStream<BufferSource>,
): Promise<void> {
  const writer = to.getWriter();
  if (first) await writer.write(first);
  writer.releaseLock();
  await rest.pipeTo(to);
}

/** Some servers leave out zlib's two bytes in front (RFC 9110, 8.4.1.2; RFC 1950, 2.2). */
export function deflateOf(first: Uint8Array | undefined): "deflate" | "deflate-raw" {
  const [method = 0, flags = 0] = first ?? [];
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0 ? "deflate" : "deflate-raw";
}
