/** What mcpctl promises of answers from models, and of models that are published. */
import type { Requirement } from "../requirements.ts";

export const inference = {
  // Inference
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
    behaviour: "A provider's base URL works with and without a trailing /v1 and slashes; /v1beta stays.",
    source: "inference.md, Providers",
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
  "audit.off-path": {
    behaviour: "Recording delays no answer, and an outage of the store loses no event.",
    source: "architecture.md, What an acknowledgement means",
  },

  // Virtual LLMs
  "virtual.publish": {
    behaviour: "A publisher's LLM is there, virtual and active, as soon as it has registered, and answers callers.",
    source: "virtual-llms.md, States",
  },
  "virtual.inactive-at-once": {
    behaviour: "A publisher that goes leaves its LLMs inactive at once; calls get a clear 503 with Retry-After.",
    source: "virtual-llms.md, States",
  },
  "virtual.sticky": {
    behaviour: "A publisher that comes back has its session and the same rows, with their ids.",
    source: "virtual-llms.md, States",
  },
  "virtual.conflict": {
    behaviour: "Registering the name of a public LLM, or of another's active one, is 409 and changes nothing.",
    source: "virtual-llms.md, States",
  },
  "virtual.session-secret": {
    behaviour: "Stream, heartbeat and result need the session's secret; a result counts once.",
    source: "virtual-llms.md, Security",
  },
  "virtual.no-caller-token": {
    behaviour: "A publisher never gets the caller's token.",
    source: "virtual-llms.md, Security",
  },
  "virtual.cancel": {
    behaviour: "A caller that hangs up cancels the task at the model server.",
    source: "virtual-llms.md, Protocol",
  },
  "virtual.queue": {
    behaviour: "Requests beyond the slots wait in order up to a bound; past it 429 with Retry-After.",
    source: "virtual-llms.md, States",
  },
  "virtual.drain": {
    behaviour: "On SIGTERM a publisher takes no more tasks, finishes what is in flight, and says good-bye.",
    source: "virtual-llms.md, The local agent",
  },
  "virtual.real-model": {
    behaviour: "A real small model published by mcplocal answers the openai package through the edge, streaming.",
    source: "virtual-llms.md; quality.md, Kinds of test",
  },
} as const satisfies Record<string, Requirement>;
