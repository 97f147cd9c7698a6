/** Everything of mcpctl's own: refusals are problem details (RFC 9457). */
import { errors, type Refusal } from "#db/protocol/errors";
import { headOf } from "./head.ts";
import { openaiEvent } from "./openai.ts";
import type { Surface } from "./surface.ts";

export const api: Surface = {
  name: "api",
  owns: () => true,
  strict: true,
  write(refusal, requestId) {
    return new Response(JSON.stringify(problemOf(refusal)), headOf(refusal, requestId, "application/problem+json"));
  },
  // What streams there and can fail is an answer of a model, in OpenAI's events.
  event: openaiEvent,
  openapi: {
    prefix: "",
    refusal: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    refuses: [],
    changesRefuse: [409],
  },
};

/** `code`, `hint` and `permission` are extension members, `errors` lists faults of a document. */
export function problemOf(refusal: Refusal) {
  const { faults, hint, permission } = refusal.details;
  return {
    type: "about:blank",
    title: refusal.code.replaceAll("_", " "),
    status: errors[refusal.code].http,
    detail: refusal.message,
    code: refusal.code,
    ...(hint ? { hint } : {}),
    ...(permission ? { permission } : {}),
    ...(faults ? { errors: faults } : {}),
  };
}
