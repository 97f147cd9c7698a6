/**
 * The protocol between the edge and a publisher (docs/decisions/publishers-over-sse.md). Both sides use the same schemas. Objects are
 * loose, because a newer peer may send unknown fields.
 */
import { z } from "zod";
import { providerType } from "../kinds/parts/providers.ts";
import { dnsLabel } from "../schema/field.ts";

/** Request headers on stream, heartbeat and result. */
export const SESSION_HEADER = "x-mcpctl-provider-session";
export const SECRET_HEADER = "x-mcpctl-provider-secret";

/** All times of the protocol, in milliseconds. `PUBLISHER_TIMES` of the edge overrides single ones. */
export const publisherTimes = {
  /** The edge writes `: ping` this often. */
  ping: 20_000,
  /**
   * The edge writes an empty comment this often. Only a write detects that the other side has closed the connection, and a
   * disconnected publisher must become inactive at once, not at the next ping.
   */
  probe: 2_000,
  /** The publisher posts a heartbeat this often. */
  heartbeat: 20_000,
  /** A registered publisher, or one whose edge restarted, has this long to open its channel. */
  channel: 15_000,
  /** Without a heartbeat for this long, a session's LLMs are inactive. */
  inactiveAfter: 90_000,
  /** Inactive for this long, they are deleted. */
  deletedAfter: 4 * 3_600_000,
  /** A task fails if its result has not begun after this long. */
  firstByte: 300_000,
  /** Maximum pause within a result. */
  idle: 120_000,
  /** Maximum duration of a result; then the edge ends it. */
  answer: 3_600_000,
  /** A request waits this long for a free slot. */
  queue: 120_000,
  /** A failed write to the store is retried after this long. */
  storeRetry: 5_000,
} as const;
export type PublisherTimes = Record<keyof typeof publisherTimes, number>;

/** `PUBLISHER_TIMES`: a JSON object with the times to override. */
export const publisherTimesOverride = z.strictObject(
  Object.fromEntries(Object.keys(publisherTimes).map((k) => [k, z.int().positive().optional()])),
);

/** Maximum number of requests that wait for one published model; further ones get 429. */
export const PUBLISHER_QUEUE_LENGTH = 100;

/** Maximum size of a result in bytes. */
export const RESULT_LIMIT_BYTES = 256 * 1024 * 1024;

/** Session ids are CUIDs: lower-case, so that a session can be a resource's name. */
export const providerSessionId = z.string().regex(/^[a-z][a-z0-9]{7,31}$/, "must be an id that the edge gave");

const slots = z.int().min(1).max(1024);

const publishedLlm = z.looseObject({
  name: dnsLabel,
  model: z.string().min(1).max(256),
  type: providerType.optional(),
  tier: z.enum(["fast", "heavy"]).optional(),
  description: z.string().max(1024).optional(),
  contextWindow: z.int().positive().optional(),
  providerMayChoose: z.boolean().optional(),
  /** Maximum number of concurrent requests to this model. Default: the free part of `capacity.slots`. */
  slots: slots.optional(),
});

export const registerRequest = z.looseObject({
  protocol: z.int().positive(),
  /** Session of an earlier registration, to be continued. Requires its `sessionSecret`. */
  providerSessionId: z.string().min(1).max(64).optional(),
  sessionSecret: z.string().min(1).max(256).optional(),
  llms: z.array(publishedLlm).max(100).default([]),
  agents: z
    .array(z.looseObject({ name: dnsLabel }))
    .max(100)
    .default([]),
  /** For all models together. Default: 1 if no model has slots of its own. */
  capacity: z.looseObject({ slots: slots.optional() }).default({}),
  host: z
    .looseObject({ hostname: z.string().max(256).optional(), platform: z.string().max(64).optional() })
    .default({}),
});
export type RegisterRequest = z.infer<typeof registerRequest>;

export const registerResponse = z.looseObject({
  providerSessionId: z.string(),
  /** Random, returned at every registration; required on stream, heartbeat and result. */
  sessionSecret: z.string(),
  llms: z.array(z.looseObject({ id: z.string(), name: z.string(), state: z.string() })),
  agents: z.array(z.looseObject({ name: z.string() })),
  protocol: z.int(),
});
export type RegisterResponse = z.infer<typeof registerResponse>;

export const heartbeatRequest = z.looseObject({
  slotsUsed: z.int().nonnegative().optional(),
  queued: z.int().nonnegative().optional(),
  /** Names of LLMs that sleep: `hibernating` instead of `active`. */
  sleeping: z.array(z.string()).optional(),
  /** The publisher finishes running tasks and accepts no new ones. Its LLMs are inactive; its channel stays open. */
  draining: z.boolean().optional(),
  /** The publisher signs off: its LLMs become inactive at once, and the channel is closed. */
  leaving: z.boolean().optional(),
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;

export const heartbeatResponse = z.looseObject({
  state: z.enum(["active", "inactive"]),
  /** Whether the session's channel is open at the edge. If not, the publisher opens it again. */
  channel: z.boolean(),
  /** LLMs of its registration that were deleted at the edge. */
  withdrawn: z.array(z.string()).optional(),
});
export type HeartbeatResponse = z.infer<typeof heartbeatResponse>;

const infer = z.looseObject({
  kind: z.literal("infer"),
  taskId: z.string(),
  llm: z.string(),
  /** The publisher's own name for the model. */
  model: z.string(),
  path: z.string(),
  /** Only headers that the model server may see; never the caller's credential. */
  headers: z.record(z.string(), z.string()),
  /** The client's bytes as text, `model` already rewritten. */
  body: z.string(),
  stream: z.boolean(),
});
const wake = z.looseObject({ kind: z.literal("wake"), taskId: z.string(), llm: z.string() });
const cancel = z.looseObject({ kind: z.literal("cancel"), taskId: z.string() });
const drain = z.looseObject({ kind: z.literal("drain"), taskId: z.string().optional() });

/** `data` of an `event: task`. */
export const task = z.discriminatedUnion("kind", [infer, wake, cancel, drain]);
export type Task = z.infer<typeof task>;
export type InferTask = z.infer<typeof infer>;

/** `data` of `event: hello`, the first on a channel. */
export const hello = z.looseObject({ providerSessionId: z.string(), protocol: z.int(), pingSeconds: z.number() });

/**
 * `data` of `event: withdrawn`: these LLMs were deleted at the edge. They don't belong to the session any more; a new registration
 * that names them creates them again.
 */
export const withdrawn = z.looseObject({ llms: z.array(z.string()) });

/**
 * `data` of `event: closed`, the last event of a channel that the edge ends. `revoked`: the credential or the right is not valid any more,
 * so a retry is useless. `unconfirmed`: the edge could not check the right for a minute. `message` explains it for people.
 */
export const closed = z.looseObject({
  because: z.enum(["replaced", "silent", "left", "gone", "revoked", "unconfirmed"]),
  message: z.string().optional(),
});
export type Closed = z.infer<typeof closed>;
export type CloseReason = Closed["because"];

/**
 * A result that is not a streaming body. A result is a frame where its content type is application/json and
 * `RESULT_STATUS_HEADER` is absent; everything else is bytes for the caller, kept as they are.
 */
export const resultFrame = z.union([
  z.object({ error: z.union([z.string(), z.object({ message: z.string(), status: z.int().optional() })]) }),
  z.object({ chunk: z.object({ data: z.string(), done: z.boolean().optional() }) }),
  z.object({ status: z.int().min(200).max(599), body: z.unknown() }),
]);
export type ResultFrame = z.infer<typeof resultFrame>;

/** Header of a streaming result: the model server's own status, 200 where absent. Makes even application/json bytes. */
export const RESULT_STATUS_HEADER = "x-mcpctl-result-status";
