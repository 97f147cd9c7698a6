/**
 * A provider's own words about an error, in the one shape that OpenAI's SDKs show to their users. Without a message in `error`
 * the JavaScript package says "422 status code (no body)", and what was wrong is lost.
 */

import type { ProviderWords } from "../dialect.ts";

/** Most characters of a message that a provider's words become. */
const LONGEST = 500;

/** @returns undefined where the text is no JSON of an object or a list. */
export function wordsIn(text: string, status: number): ProviderWords | undefined {
  const said = parsed(text);
  if (said === undefined) return undefined;
  // Google's OpenAI-compatible API answers with the error as the only item of a list.
  const one = Array.isArray(said) ? said[0] : said;
  const error = isObject(one) ? one["error"] : undefined;
  const message = messageOf(one);
  if (!Array.isArray(said) && isObject(error) && typeof error["message"] === "string") return { message, body: text };
  return { message, body: shaped(message || text.slice(0, LONGEST), status, isObject(error) ? error : {}, said) };
}

/** An error that was said in plain words, in OpenAI's shape. */
export function plainWords(text: string, status: number): ProviderWords {
  const message = short(text);
  return { message, body: shaped(message, status, {}, undefined) };
}

/** @param provider what it said, whole, where it said it in JSON. */
function shaped(message: string, status: number, error: Record<string, unknown>, provider: unknown): string {
  const { type, code, param } = error;
  return JSON.stringify({
    error: {
      message,
      type: typeof type === "string" ? type : typeFor(status),
      code: code ?? null,
      param: param ?? null,
      ...(provider === undefined ? {} : { provider }),
    },
  });
}

function typeFor(status: number): string {
  if (status === 429) return "rate_limit_exceeded";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/** In whichever of the usual places: OpenAI's, Ollama's and TGI's, FastAPI's, and many others'. */
function messageOf(said: unknown): string {
  if (!isObject(said)) return "";
  const { error, message, detail } = said;
  const inner = isObject(error) ? error["message"] : error;
  const words = [inner, message, detail].find((w) => typeof w === "string");
  if (typeof words === "string") return short(words);
  return Array.isArray(detail) ? short(detail.map(fault).filter(Boolean).join("; ")) : "";
}

/** FastAPI: `{"loc": ["body", "messages"], "msg": "Field required"}`. */
function fault(one: unknown): string {
  if (typeof one === "string") return one;
  if (!isObject(one) || typeof one["msg"] !== "string") return "";
  const { loc, msg } = one;
  return Array.isArray(loc) ? `${loc.join(".")}: ${msg}` : msg;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const short = (words: string) => words.slice(0, LONGEST).toWellFormed();

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
