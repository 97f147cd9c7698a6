/** What a provider answered, judged before a byte of it goes to the client (spec: inference.md, clients.md). */
import { Refusal } from "#db/protocol/errors";
import type { Target } from "./directory.ts";

/** Most of an error that is read; a provider's words are short. */
const ERROR_BYTES = 65_536;

/** An error in the provider's own words: status, JSON body, `retry-after`. */
export interface ProviderError {
  status: number;
  body: string;
  retryAfter: string | null;
}

/** Whether this goes on to the client as it is: a success that is not a web page. */
export function isAnswer(status: number, type: string): boolean {
  return status >= 200 && status < 300 && !type.startsWith("text/html");
}

/**
 * What became of the request where `isAnswer` says no. A provider's own error keeps its status and words, with two exceptions:
 * 401 and 403 speak of *our* key, and a client that sees them would think that its own token is wrong and log in again; they
 * become 502. So does what is not an answer of an API at all: a redirect, a web page.
 * @returns a Refusal where the provider failed as such, a ProviderError where it refused this request.
 */
export async function judge(response: Response, target: Target): Promise<Refusal | ProviderError> {
  const { status } = response;
  if (status >= 200 && status < 300) {
    await response.body?.cancel();
    return failed(target, "answered with a web page", { hint: "Its url is probably not that of an API." });
  }
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    return failed(target, `answered with a redirect (${status}), which is not followed`, {
      hint: "Set its url to where the API really is.",
    });
  }
  const text = withoutKey(await readSome(response), target.key);
  const words = wordsOf(text);
  if (status === 401 || status === 403)
    return failed(target, `refused the key that the edge sent (${status})${words ? `: ${words}` : ""}`, {
      hint: "Your own token is fine; whoever manages the LLM must replace its key.",
    });
  const retryAfter = response.headers.get("retry-after");
  if (words === undefined) {
    const seconds = Number(retryAfter ?? Number.NaN);
    const details = Number.isFinite(seconds) ? { retryAfter: seconds } : {};
    if (status === 429)
      return new Refusal("rate_limited", `The provider of LLM ${target.name} takes no more requests now.`, details);
    return failed(target, `answered ${status} with something that is no JSON`, details);
  }
  return { status, body: text, retryAfter };
}

/** A provider that broke off, or whose answer is none. */
export function failed(target: Target, what: string, details: Refusal["details"] = {}): Refusal {
  return new Refusal("provider_failed", `The provider of LLM ${target.name} ${what}.`, details);
}

/** Some providers repeat the key that they were given. */
function withoutKey(text: string, key: string | undefined): string {
  return key ? text.replaceAll(key, "[key]") : text;
}

async function readSome(response: Response): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader({ mode: "byob" });
  const { value } = await reader.readAtLeast(ERROR_BYTES, new Uint8Array(ERROR_BYTES));
  // A longer one is cut; that it is no JSON any more is what makes it a web page's fate.
  reader.cancel().catch(() => {});
  return new TextDecoder().decode(value);
}

/** The message of an error in JSON, in whichever of the usual places; the empty string where it has none. */
function wordsOf(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null) return undefined;
    const { error, message, detail } = body as { error?: unknown; message?: unknown; detail?: unknown };
    const inner = typeof error === "object" && error !== null ? (error as { message?: unknown }).message : error;
    const said = [inner, message, detail].find((w) => typeof w === "string");
    return typeof said === "string" ? said.slice(0, 500).replace(/\.$/, "") : "";
  } catch {
    return undefined;
  }
}
