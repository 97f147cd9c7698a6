/** `/v1/messages`, as Anthropic's clients know it (https://docs.claude.com/en/api/errors). */
import { errors } from "#db/protocol/errors";
import { headOf, sentence } from "./head.ts";
import { type Surface, within } from "./surface.ts";

export const anthropic: Surface = {
  name: "anthropic",
  owns: within("/v1/messages"),
  // Its clients add what they like: `?beta=true`.
  strict: false,
  write(refusal, requestId) {
    const { status, headers } = headOf(refusal, requestId, "application/json");
    // Where its SDKs look for the id.
    headers.set("request-id", requestId);
    const body = {
      type: "error",
      error: { type: errors[refusal.code].anthropic, message: sentence(refusal) },
      request_id: requestId,
    };
    return new Response(JSON.stringify(body), { status, headers });
  },
  openapi: {
    prefix: "AnthropicError",
    refusal: {
      "application/json": {
        schema: {
          type: "object",
          description: "Anthropic's.",
          required: ["type", "error"],
          properties: {
            type: { const: "error" },
            error: {
              type: "object",
              required: ["type", "message"],
              properties: { type: { type: "string" }, message: { type: "string" } },
            },
            request_id: { type: "string" },
          },
        },
      },
    },
    refuses: [404],
    changesRefuse: [],
  },
};
