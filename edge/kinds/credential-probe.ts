/** Asks a provider whether it takes a key, before the key is stored (spec: inference.md, Auth probe). */
import { z } from "zod";
import { keyHeader, type ProviderType } from "#db/kinds/parts/providers";
import { type BaseUrl, urlOf } from "#db/protocol/base-url";

export type Verdict =
  | { is: "accepted" }
  /** 401 or 403, with the provider's own words. */
  | { is: "refused"; words: string }
  /** The provider did not say: the write goes on with a warning. */
  | { is: "unknown"; why: string };

const patienceMs = 5_000;
/** Bytes of a refusal that are read; what a person needs stands at the beginning. */
const longestAnswer = 4_096;

/** @param base where chats will go too. Redirects are not followed: the key would go where nobody allowed it to. */
export async function probeCredential(type: ProviderType, base: BaseUrl, key: string): Promise<Verdict> {
  const url = urlOf(base, "/v1/models");
  const [name, value] = keyHeader(type, key);
  try {
    const answer = await fetch(url, {
      headers: { [name]: value, accept: "application/json", "user-agent": "mcpctl" },
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    });
    if (answer.status === 401 || answer.status === 403)
      return { is: "refused", words: wordsOf(await beginning(answer), answer.status, key) };
    await answer.body?.cancel();
    return answer.ok ? { is: "accepted" } : { is: "unknown", why: `GET ${url} answered ${answer.status}` };
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return { is: "unknown", why: late ? `${url} did not answer within 5 s` : `${url} can't be reached` };
  }
}

async function beginning(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; size < longestAnswer; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

const said = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform((b) => b.error.message),
  z.object({ error: z.string() }).transform((b) => b.error),
  z.object({ message: z.string() }).transform((b) => b.message),
  z.object({ detail: z.string() }).transform((b) => b.detail),
]);

/** One line of what the provider says, without the key should it repeat it. */
export function wordsOf(body: string, status: number, key: string): string {
  let words = body;
  try {
    const parsed = said.safeParse(JSON.parse(body));
    if (parsed.success) words = parsed.data;
  } catch {
    // Not JSON: the text itself is what it says.
  }
  const line = words.replaceAll(key, "[key]").replace(/\s+/g, " ").trim().slice(0, 300);
  return line || `it answered ${status}.`;
}
