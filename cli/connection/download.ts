/** A manifest at a URL, fetched without anybody's credential. */
import { decode, mustBeSmall } from "../documents/text.ts";
import { Failure } from "../failure.ts";
import type { Surroundings } from "../tools.ts";

const TIMEOUT_MS = 30_000;

/** @throws Failure */
export async function download(
  url: string,
  { fetch, signal }: Pick<Surroundings, "fetch" | "signal">,
): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  } catch (cause) {
    throw new Failure(`${url} can't be reached.`, { exit: 5, cause });
  }
  if (!answer.ok) throw new Failure(`${url} answered ${answer.status}.`, { exit: answer.status === 404 ? 3 : 1 });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    mustBeSmall(size, url);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks), url);
}
