/**
 * What the edge and a publisher say to each other (spec: virtual-llms.md). The same schemas serve both ends; objects are
 * loose because a newer peer may send fields that this one does not know.
 */
import { z } from "zod";
import { dnsLabel } from "../resources/field.ts";
import { providerType } from "../resources/providers.ts";

/** Request headers on stream, heartbeat and result. */
export const SESSION_HEADER = "x-mcpctl-provider-session";
export const SECRET_HEADER = "x-mcpctl-provider-secret";

/** All times of the protocol, in milliseconds, in one place. */
export const publisherTimes = {
  /** The edge writes `: ping` this often, which is also how it notices that a publisher has gone. */
  ping: 20_000,
  /** The publisher posts a heartbeat this often. */
  heartbeat: 20_000,
  /** Without a heartbeat for this long, a session's LLMs are inactive. */
  inactiveAfter: 90_000,
  /** Inactive for this long, they are deleted. */
  deletedAfter: 4 * 3_600_000,
  /** A task whose result has not begun after this long has failed. */
  firstByte: 300_000,
  /** A request waits this long for a free slot. */
  queue: 120_000,
} as const;

/** Most requests that wait for a slot of one publisher; more are 429. */
export const PUBLISHER_QUEUE_LENGTH = 100;

const publishedLlm = z.looseObject({
  name: dnsLabel,
  model: z.string().min(1).max(256),
  type: providerType.optional(),
  tier: z.enum(["fast", "heavy"]).optional(),
  description: z.string().max(1024).optional(),
  contextWindow: z.int().positive().optional(),
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
  capacity: z.looseObject({ slots: z.int().min(1).max(1024) }).default({ slots: 1 }),
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
});
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;

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

/** A result that is not a streaming body: any other content type than application/json is bytes for the caller. */
export const resultFrame = z.union([
  z.looseObject({ error: z.union([z.string(), z.looseObject({ message: z.string(), status: z.int().optional() })]) }),
  z.looseObject({ chunk: z.looseObject({ data: z.string(), done: z.boolean().optional() }) }),
  z.looseObject({ status: z.int().min(100).max(599), body: z.unknown() }),
]);
export type ResultFrame = z.infer<typeof resultFrame>;

/** Header of a streaming result: the model server's own status, 200 where absent. */
export const RESULT_STATUS_HEADER = "x-mcpctl-result-status";
