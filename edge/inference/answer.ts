/** What a provider answered, judged before a byte of it goes to the client. */
import { Refusal } from "#db/protocol/errors";
import { isWebPage } from "./content-type.ts";
import type { ProviderWords } from "./dialects/dialect.ts";
import { withoutKey } from "./providers/key.ts";
import type { Target } from "./target.ts";

/** Most of an error that is read; a provider's words are short. */
const ERROR_BYTES = 65_536;

/** An error of a provider's own: status, its words as a body for the client, and when to try again. */
export interface ProviderError {
  status: number;
  body: string;
  /** Headers that tell whether and when to try again. */
  retry: Record<string, string>;
}

/** Whether this goes on to the client as it is: a success that holds an answer and is not a web page. */
export function isAnswer(status: number, type: string): boolean {
  return status >= 200 && status < 300 && !bodyless.has(status) && !isWebPage(type);
}

const bodyless = new Set([204, 205]);

/**
 * What became of the request where `isAnswer` says no. A provider's own error keeps its status and words, with two exceptions:
 * 401 and 403 speak of *our* key, and a client that sees them would think that its own token is wrong and log in again; they
 * become 502. So does what is not an answer of an API at all: a redirect, a web page.
 * @returns a Refusal where the provider failed as such, a ProviderError where it refused this request.
 */
export async function judge(response: Response, target: Target): Promise<Refusal | ProviderError> {
  const { status } = response;
  const type = response.headers.get("content-type") ?? "";
  if (status < 400) {
    await response.body?.cancel();
    return notAnApi(target, status);
  }
  const text = withoutKey(await readSome(response), target.is === "provider" ? target.key : undefined);
  const words =
    target.dialect.words(text, status) ??
    (isWebPage(type) || looksLikePage(text) ? undefined : plain(text, status, target));
  if (status === 401 || status === 403) return keyRefused(target, status, words);
  if (words !== undefined)
    return { status, body: words.body, retry: picked(response.headers, target.dialect.retryHeaders) };
  if (status === 413)
    return new Refusal("too_large", `The provider of LLM ${target.name} takes no request this large (413).`, {
      hint: "Send less; images and files weigh most.",
    });
  const seconds = secondsUntil(response.headers.get("retry-after"), Date.now());
  const details = seconds === undefined ? {} : { retryAfter: seconds };
  if (status === 429)
    return new Refusal("rate_limited", `The provider of LLM ${target.name} takes no more requests now.`, details);
  const what = `answered ${status} with ${text.trim() === "" ? "nothing" : "a web page"}`;
  // A gateway's page while what is behind it restarts: trying again is right. A page about the request is there to stay.
  if (status >= 500) return failed(target, what, { hint: "It may be down: try again.", ...details });
  return failed(target, what, { hint: "Its url is probably not that of an API.", lasting: true });
}

function keyRefused(target: Target, status: number, words: ProviderWords | undefined): Refusal {
  const said = words?.message ? `: ${words.message.replace(/\.$/, "")}` : "";
  const [what, must] = keyFault(target);
  return failed(target, `${what} (${status})${said}`, {
    hint: `Your own token is fine; whoever ${must}.`,
    lasting: true,
  });
}

/** Whose fault it is depends on whether there was a key to send. */
function keyFault(target: Target): [what: string, must: string] {
  switch (target.is) {
    case "publisher":
      return [
        "wants a key, and a publisher sends none",
        "publishes the model must have its server take requests without one",
      ];
    case "provider":
      if (target.key !== undefined)
        return ["refused the key that the edge sent", "manages the LLM must replace its key"];
      return ["wants a key, and the LLM has none", "manages the LLM must give it an apiKeyRef"];
    case "cluster":
    case "nowhere":
      throw new Error("an LLM that can't be asked has answered");
  }
}

function notAnApi(target: Target, status: number): Refusal {
  if (bodyless.has(status)) return failed(target, `answered ${status}, which holds no answer`, { lasting: true });
  if (status < 300)
    return failed(target, "answered with a web page", {
      hint: "Its url is probably not that of an API.",
      lasting: true,
    });
  return failed(target, `answered with a redirect (${status}), which is not followed`, {
    hint: "Set its url to where the API really is.",
    lasting: true,
  });
}

/** A provider that broke off, or whose answer is none. */
export function failed(target: Target, what: string, details: Refusal["details"] = {}): Refusal {
  return new Refusal("provider_failed", `The provider of LLM ${target.name} ${what}.`, details);
}

function plain(text: string, status: number, target: Target): ProviderWords | undefined {
  const words = text.trim();
  return words === ""
    ? undefined
    : target.dialect.plainWords(`The provider of LLM ${target.name} answered ${status}: ${words}`, status);
}

/** Gateways send pages without saying so. */
const looksLikePage = (text: string) => /^\s*<(!doctype|html|head|body|\?xml)\b/i.test(text);

function picked(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** `Retry-After` is seconds or a date (RFC 9110, 10.2.3). */
export function secondsUntil(retryAfter: string | null, now: number): number | undefined {
  if (retryAfter === null || retryAfter.trim() === "") return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

async function readSome(response: Response): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader({ mode: "byob" });
  const { value } = await reader.readAtLeast(ERROR_BYTES, new Uint8Array(ERROR_BYTES));
  // A longer one is cut; that it is no JSON any more is what makes it a web page's fate.
  reader.cancel().catch(() => {});
  return new TextDecoder().decode(value);
}
