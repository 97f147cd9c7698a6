/** What is promised of LLMs that publishers bring. */
import type { Requirement } from "../requirements.ts";

export const virtualLlms = {
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
  "virtual.lost-answer": {
    behaviour:
      "A registration whose answer got lost can be sent again: a session that has never had a channel gives way to its own owner.",
    source: "publishing.md",
  },
  "virtual.session-secret": {
    behaviour: "Stream, heartbeat and result need the session's secret; a result counts once.",
    source: "virtual-llms.md, Security",
  },
  "virtual.standing": {
    behaviour:
      "A publisher ends within 5 s of the right going that it was registered with, also after a restart of the edge, and is told why.",
    source: "auth.md, Time to revoke",
  },
  "virtual.ended-in-trail": {
    behaviour:
      "The audit trail has, once, that a publisher was ended because its right went: its owner, its session, its LLMs and why.",
    source: "publishing.md",
  },
  "virtual.slots": {
    behaviour: "Slots are a model's own, with an optional total: one that is overloaded does not hold up another.",
    source: "virtual-llms.md, States",
  },
  "virtual.withdrawn": {
    behaviour: "An agent says that its LLM was deleted at the edge, and does not publish it again by itself.",
    source: "virtual-llms.md, States",
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
