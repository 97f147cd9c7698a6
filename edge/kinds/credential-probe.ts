/** Asks a provider whether it takes a key, before the key is stored. */
import type { ProviderType } from "#db/kinds/parts/providers";
import type { BaseUrl } from "#db/protocol/base-url";
import { type Dialect, dialectOf } from "../inference/dialects/index.ts";
import { withoutKey } from "../inference/providers/key.ts";

export type ProbeFinding =
  | { is: "accepted" }
  /** 401 or 403, with the provider's own words. */
  | { is: "refused"; words: string }
  /** The provider did not say: the write goes on with a warning. */
  | { is: "unknown"; why: string };

const patienceMs = 5_000;
/** Bytes of a refusal that are read; what a person needs stands at the beginning. */
const longestAnswer = 4_096;

/** @param base where chats will go too. Redirects are not followed: the key would go where nobody allowed it to. */
export async function probeCredential(type: ProviderType, base: BaseUrl, key: string): Promise<ProbeFinding> {
  const dialect = dialectOf(type);
  const { method, url, headers, body = null } = dialect.probe(base);
  const [name, value] = dialect.keyHeader(type, key);
  try {
    const answer = await fetch(url, {
      method,
      headers: { ...headers, [name]: value, "user-agent": "mcpctl" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    });
    if (answer.status === 401 || answer.status === 403)
      return { is: "refused", words: wordsOf(dialect, await beginning(answer), answer.status, key) };
    await answer.body?.cancel();
    return answer.ok ? { is: "accepted" } : { is: "unknown", why: `${method} ${url} answered ${answer.status}` };
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

/** One line of what the provider says, without the key should it repeat it. */
export function wordsOf(dialect: Dialect, body: string, status: number, key: string): string {
  const text = withoutKey(body, key);
  // What the dialect can't read is itself what it says.
  const words = dialect.words(text, status)?.message || text;
  // Once more: in JSON, a key may have been spelled in another way.
  const line = withoutKey(words, key).replace(/\s+/g, " ").trim().slice(0, 300);
  return line || `it answered ${status}.`;
}
