/** The edge's log: one line of JSON per event, for whoever operates it (docs/operating.md). Nothing else in the edge writes to it. */
import { causeOf } from "./cause.ts";

/** Each event by the name that its lines have, and what it says. */
export const events = {
  "request-failed": "A request was answered with `internal`: the cause is a fault of the edge.",
  "watch-failed": "A watch was ended by a fault of the edge.",
  "change-not-told": "A write was stored, but a copy of what it changed may be up to five seconds old in this isolate.",
  "after-write-failed": "A write was stored, but what follows it for its kind failed.",
  "changes-not-read": "The log of changes could not be read. Whoever watches this kind waits until it can be.",
  "guard-not-loaded":
    "What the store says of a principal could not be read. What is held of it answers for up to a minute.",
  "guard-not-told":
    "A principal's Guard could not be told of a change. It learns of it when it reads the principal anew.",
  "dependent-not-told": "A session could not be told that rights have changed. It is told again.",
  "issuer-keys-not-read":
    "The keys of a cluster's issuer could not be fetched, so tokens of its pods can't be verified.",
  "publisher-failed": "A publisher's session answered with `internal`: the cause is a fault of the edge.",
  "publisher-state-not-written": "The store did not take whether a publisher is there. It is written again.",
  "publisher-withdrawal-not-written": "The store did not take that a publisher's LLMs were deleted.",
  "publisher-rows-not-deleted": "The rows of a publisher that has gone were not deleted. The sweep deletes them.",
  "publisher-not-asked": "The sweep could not ask a publisher's session whether it is there.",
  "publisher-not-told": "A publisher could not be told that its LLM was deleted.",
  "llm-still-referred-to": "An LLM whose publisher has gone is kept, because another resource refers to it.",
  "audit-not-handed-over": "Audit events could not be handed to their buffer. They are tried again with the next ones.",
  "audit-not-stored": "The store did not take audit events. Their buffer keeps them and tries again.",
  "audit-lost": "So many audit events were given up, because their buffer could not be reached for long.",
  "audit-refused": "The store refused an audit event for what it is. This line is all that is left of it.",
} as const;
export type LogEvent = keyof typeof events;

/** Writes one line. @param fields facts of the event, never a secret; `cause` is what was thrown, of which stack and causes are kept. */
export function log(event: LogEvent, { cause, ...fields }: { cause?: unknown; [field: string]: unknown } = {}): void {
  console.error(JSON.stringify({ event, ...fields, ...(cause === undefined ? {} : { cause: causeOf(cause) }) }));
}
