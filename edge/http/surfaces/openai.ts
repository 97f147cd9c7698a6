/** `/v1`, as OpenAI's clients know it (https://platform.openai.com/docs/guides/error-codes). */
import { errors, type Refusal } from "#db/protocol/errors";
import { headOf, sentence } from "./head.ts";
import { type Surface, within } from "./surface.ts";

export const openai: Surface = {
  name: "openai",
  owns: within("/v1"),
  // Its clients add what they like.
  strict: false,
  write(refusal, requestId) {
    return new Response(JSON.stringify(openaiError(refusal)), headOf(refusal, requestId, "application/json"));
  },
  event: openaiEvent,
  openapi: {
    prefix: "OpenAiError",
    refusal: { "application/json": { schema: { $ref: "#/components/schemas/OpenAiError" } } },
    // Each names a model, and that may not be there.
    refuses: [404],
    changesRefuse: [],
  },
};

/** What a stream of chat completions says where it fails: an error in place of a chunk. Never `[DONE]`. */
export function openaiEvent(refusal: Refusal): string {
  return `data: ${JSON.stringify(openaiError(refusal))}\n\n`;
}

/** OpenAI's error object; `code` is ours, `type` is what its SDKs know. */
export function openaiError(refusal: Refusal) {
  return {
    error: {
      message: sentence(refusal),
      type: errors[refusal.code].openai,
      code: refusal.code,
      param: refusal.details.param ?? null,
    },
  };
}
