/**
 * What the edge and a publisher say to each other (spec: virtual-llms.md). The same schemas serve both ends; objects are
 * loose because a newer peer may send fields that this one does not know.
 */
import { z } from "zod";
import { providerType } from "../kinds/parts/providers.ts";
import { dnsLabel } from "../schema/field.ts";

/** Request headers on stream, heartbeat and result. */
export const SESSION_HEADER = "x-mcpctl-provider-session";
export const SECRET_HEADER = "x-mcpctl-provider-secret";

/** All times of the protocol, in milliseconds, in one place. `PUBLISHER_TIMES` of the edge changes single ones. */
export const publisherTimes = {
  /** The edge writes `: ping` this often. */
  ping: 20_000,
  /**
   * The edge writes an empty comment this often: a polite close of the other side is seen only by a write after it, and a
   * publisher that has gone must be inactive at once, not at the next ping.
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
  /** A task whose result has not begun after this long has failed. */
  firstByte: 300_000,
  /** A result that has begun may be silent for this long. */
  idle: 120_000,
  /** A result has ended this long after it began, or is cut off. */
  answer: 3_600_000,
  /** A request waits this long for a free slot. */
  queue: 120_000,
  /** What the store did not take is tried again after this long. */
  storeRetry: 5_000,
} as const;
export type PublisherTimes = Record<keyof typeof publisherTimes, number>;

/** What `PUBLISHER_TIMES` may hold: a JSON object of those that differ. */
export const publisherTimesOverride = z.strictObject(
  Object.fromEntries(Object.keys(publisherTimes).map((k) => [k, z.int().positive().optional()])),
);

/** Most requests that wait for a slot of one published model; more are 429. */
export const PUBLISHER_QUEUE_LENGTH = 100;

/** Most bytes of one result. */
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
  /** Requests of it that are answered at a time. Absent: as many as `capacity.slots` leaves. */
  slots: slots.optional(),
});

export const registerRequest = z.looseObject({
  protocol: z.int().positive(),
  /** From an earlier registration: the session is sticky. It needs `sessionSecret` of that session to be taken over. */
  providerSessionId: z.string().min(1).max(64).optional(),
  sessionSecret: z.string().min(1).max(256).optional(),
  llms: z.array(publishedLlm).max(100).default([]),
  agents: z
    .array(z.looseObject({ name: dnsLabel }))
    .max(100)
    .default([]),
  /** Of all models together; one slot where no model says its own either. */
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
  /** It finishes what is in flight and takes nothing new: its LLMs are inactive, its channel stays open. */
  draining: z.boolean().optional(),
  /** A good-bye: the session's LLMs are inactive at once and its channel is closed. */
  leaving: z.boolean().optional(),
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;

export const heartbeatResponse = z.looseObject({
  state: z.enum(["active", "inactive"]),
  /** Whether the edge sees the session's channel open; where it does not, the publisher opens it anew. */
  channel: z.boolean(),
  /** LLMs of its registration that somebody has deleted at the edge. */
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
 * `data` of `event: withdrawn`: somebody has deleted these LLMs at the edge. They are not the session's any more; another registration
 * that names them makes them anew.
 */
export const withdrawn = z.looseObject({ llms: z.array(z.string()) });

/**
 * `data` of `event: closed`, the last on a channel that the edge ends. `revoked`: what it was registered with counts no more, and
 * trying again with it is in vain; `unconfirmed`: nobody could say for a minute whether it does. `message` says more, for people.
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
