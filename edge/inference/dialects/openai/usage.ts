/** What an answer cost in tokens, read from its last bytes: a JSON answer and the last chunk of a stream end alike. */
import { type Usage, unknownUsage } from "../dialect.ts";

const KEY = '"usage"';
/** Objects looked into, from the end: more only somebody writes who wants to be read for long. */
const TRIES = 100;
/** From a key to the object that it names. */
const opening = /\s*:\s*(?=\{)/y;

/**
 * The last `usage` object in the text. Within a JSON string its quotes would be escaped, so that a model which writes about
 * usage is not mistaken for the provider.
 */
export function usageIn(text: string): Usage {
  // Streams of some providers repeat it in every chunk; the last is the sum.
  let at = text.length;
  for (let tries = 0; tries < TRIES && at > 0; ) {
    at = text.lastIndexOf(KEY, at - 1);
    if (at < 0) break;
    opening.lastIndex = at + KEY.length;
    if (!opening.test(text)) continue;
    tries++;
    const found = parseUsage(objectAt(text, opening.lastIndex));
    if (found) return found;
  }
  return unknownUsage;
}

/** The object that opens at `open`, as text; undefined where the text ends within it. */
function objectAt(text: string, open: number): string | undefined {
  let depth = 0;
  let quoted = false;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === "\\") i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return text.slice(open, i + 1);
  }
  return undefined;
}

function parseUsage(text: string | undefined): Usage | undefined {
  if (text === undefined) return undefined;
  try {
    const u = asObject(JSON.parse(text));
    return {
      // Chat and embeddings say prompt and completion; images, audio and responses say input and output.
      tokensIn: count(u["prompt_tokens"] ?? u["input_tokens"]),
      tokensOut: count(u["completion_tokens"] ?? u["output_tokens"]),
      tokensCached: count(
        asObject(u["prompt_tokens_details"] ?? u["input_tokens_details"])["cached_tokens"] ??
          u["prompt_cache_hit_tokens"],
      ),
      tokensReasoning: count(
        asObject(u["completion_tokens_details"] ?? u["output_tokens_details"])["reasoning_tokens"],
      ),
    };
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const count = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
