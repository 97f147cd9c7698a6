/** A manifest at a URL, fetched without anybody's credential. */

import { reasonOf } from "#db/client/reason";
import { decode, mustBeSmall } from "../documents/text.ts";
import { Failure } from "../failure.ts";
import type { Surroundings } from "../surroundings.ts";

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
    throw new Failure(`${url} can't be reached: ${reasonOf(cause).replace(/[^.?]$/, "$&.")}`, {
      exit: 5,
      hint: "Try it in a browser; or save the file, and give its path.",
      cause,
    });
  }
  if (!answer.ok)
    throw new Failure(`${url} answered ${answer.status}${answer.statusText && ` ${answer.statusText}`}.`, {
      exit: answer.status === 404 ? 3 : 1,
      hint: "mcpctl sends no credentials: try it in a browser without a login.",
    });
  if (/^text\/html\b/i.test(answer.headers.get("content-type") ?? ""))
    throw new Failure(`${url} is a web page, not YAML or JSON.`, {
      hint: "Give the address of the file itself; many sites call it raw.",
    });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    mustBeSmall(size, url);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks), url);
}
