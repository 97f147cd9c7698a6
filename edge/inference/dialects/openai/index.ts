/** OpenAI's API, which most providers and model servers speak (https://platform.openai.com/docs/api-reference). */
import { keyHeader } from "#db/kinds/parts/providers";
import { urlOf } from "#db/protocol/base-url";
import type { Dialect } from "../dialect.ts";
import { readEnding, saysDone } from "./ending.ts";
import { usageIn } from "./usage.ts";
import { plainWords, wordsIn } from "./words.ts";

/** Paths whose streams end with a finish reason or `[DONE]`. */
const terminated: ReadonlySet<string> = new Set(["/v1/chat/completions", "/v1/completions"]);

export const openai: Dialect = {
  endpoint: urlOf,
  keyHeader,
  forwarded: ["accept", "openai-beta", "idempotency-key", "traceparent", "tracestate"],
  probe: (base) => ({ method: "GET", url: urlOf(base, "/v1/models"), headers: { accept: "application/json" } }),
  words: wordsIn,
  plainWords,
  // What OpenAI's packages go by.
  retryHeaders: ["retry-after", "retry-after-ms", "x-should-retry"],
  usage: usageIn,
  terminates: (path) => terminated.has(path),
  ending: readEnding,
  saysDone,
};
