/** Asking models. */
import type { Requirement } from "../requirements.ts";

export const inference = {
  "inference.models": {
    behaviour: "GET /v1/models lists exactly the LLMs that the caller may run.",
    source: "inference.md, The endpoint",
  },
  "inference.chat": {
    behaviour: "The openai package gets a chat completion through the edge with an mcpctl token.",
    source: "inference.md, The endpoint",
  },
  "inference.key-hidden": {
    behaviour: "The provider gets its own key and never the caller's token; the caller never sees the key.",
    source: "inference.md, Providers",
  },
  "inference.unknown-fields": {
    behaviour: "Request fields that mcpctl does not know reach the provider as they were written.",
    source: "inference.md, The endpoint",
  },
  "inference.one-reading": {
    behaviour:
      "A field that decides rights, framing or routing means the same to every reader of the request, or it is refused with 400 that names it.",
    source: "RFC 8259, section 4",
  },
  "inference.model-kept": {
    behaviour: "A field by which a provider would choose another model is refused, unless the LLM allows it.",
    source: "inference.md, The endpoint",
  },
  "inference.stream-byte-exact": {
    behaviour: "A passed-through stream keeps its bytes and their order, to the terminal [DONE].",
    source: "inference.md, Streaming",
  },
  "inference.stream-unbuffered": {
    behaviour: "A chunk goes out when it comes in: the first is there before the provider has written the second.",
    source: "inference.md, Streaming",
  },
  "inference.stream-cut": {
    behaviour: "A provider that fails after the first byte becomes one error event and the end, without [DONE].",
    source: "inference.md, Streaming",
  },
  "inference.stream-end": {
    behaviour: "A stream is whole by its last events alone, however long it was, and after its end nothing is added.",
    source: "inference.md, Streaming",
  },
  "inference.time-limits": {
    behaviour: "The time until an answer begins, the silence in it, and the time for the whole are limited apart.",
    source: "inference.md, Resilience",
  },
  "inference.life-signs": {
    behaviour: "A streaming client hears a comment after 5 s of silence, and every 5 s from then on.",
    source: "inference.md, Streaming",
  },
  "inference.unheard": {
    behaviour: "An answer whose client is known to have gone is recorded as client_gone, not as a success.",
    source: "inference.md, What is recorded",
  },
  "inference.hang-up": {
    behaviour: "A caller that hangs up ends the provider's request within a second.",
    source: "inference.md, Streaming",
  },
  "inference.errors": {
    behaviour: "Errors on /v1 have the shape from which the openai package makes its own classes.",
    source: "inference.md, The endpoint",
  },
  "inference.bad-input": {
    behaviour: "Malformed, mistyped, oversized and unknown input is a 4xx that says what is wrong, never a 5xx.",
    source: "quality.md, Security matrix",
  },
  "inference.no-query-warm": {
    behaviour: "A warm chat completion makes no query to the store.",
    source: "architecture.md, The hot path",
  },
  "inference.url-forms": {
    behaviour:
      "A provider's base URL works without a path, with a version anywhere in its path, as a prefix, and as a whole endpoint; a query is kept.",
    source: "inference.md, Providers",
  },
  "inference.url-refused": {
    behaviour: "A base URL with a fragment or with a credential in its query is refused by its field.",
    source: "inference.md, Providers",
  },
  "inference.key-sendable": {
    behaviour:
      "A key that can't be sent in a header is refused by naming its secret, its key and what is wrong, never the value; a line end behind it is left out.",
    source: "inference.md, Providers",
  },
  "inference.content-encoding": {
    behaviour: "A compressed answer that nobody asked for is decoded, or told by its encoding.",
    source: "inference.md, Providers",
  },
  "inference.idle-connection": {
    behaviour: "A request that meets the provider closing an idle connection is sent once more, and no caller sees it.",
    source: "inference.md, Resilience",
  },
  "inference.sent-once": {
    behaviour: "A request that a provider may have acted upon is not sent again.",
    source: "inference.md, Resilience",
  },
  "inference.private-refused": {
    behaviour: "A URL that points inside is refused unless the edge was told otherwise.",
    source: "inference.md, Providers",
  },
  "inference.auth-probe": {
    behaviour:
      "A key that the provider refuses is refused with 422 at the write; an unreachable provider is a warning.",
    source: "inference.md, Providers",
  },
  "audit.inference": {
    behaviour: "Each answered inference request leaves one llm_inference_call with its token counts.",
    source: "inference.md, What is recorded",
  },
  "audit.correlation": {
    behaviour: "Every answer says its request's id, and the log and every audit event of the request have the same.",
    source: "docs/api.md, Request ids",
  },
  "audit.off-path": {
    behaviour: "Recording delays no answer, and an outage of the store loses no event.",
    source: "architecture.md, What an acknowledgement means",
  },
} as const satisfies Record<string, Requirement>;
