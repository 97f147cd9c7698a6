/** Audit events on their way from an isolate to the store (docs/architecture.md, What an acknowledgement means). */
import { z } from "zod";

export const auditEventKinds = ["llm_inference_call", "resource_change", "auth", "rbac_decision"] as const;

export const auditEvent = z.object({
  /** CUID, created with the event; the store uses it to drop duplicates. */
  id: z.string(),
  time: z.iso.datetime(),
  kind: z.enum(auditEventKinds),
  principal: z.string().nullable(),
  /** Who sent the request, if it impersonates another principal. Absent in events of earlier versions. */
  impersonator: z.string().nullable().optional(),
  tokenName: z.string().nullable(),
  /** First 8 hexadecimal characters of the token's hash. */
  tokenHash: z.string().nullable(),
  project: z.string().nullable(),
  correlation: z.string().nullable(),
  /** Further data, depending on the type. It never contains secrets or bodies. */
  payload: z.record(z.string(), z.unknown()),
});
export type AuditEvent = z.infer<typeof auditEvent>;

/** What an `auth` event says was done: its payload's `action`. */
export const authActions = [
  "bootstrap",
  "login",
  "login-failed",
  "login-throttled",
  "refresh-repeated",
  "refresh-reused",
  "logout",
  "session-ended",
  "token-minted",
  "token-revoked",
  "user-created",
  "identity-linked",
  "identity-unlinked",
  "groups-changed",
  "device-approved",
  "device-denied",
  "publisher-ended",
] as const;
export type AuthAction = (typeof authActions)[number];

/** Payload of `llm_inference_call`. Token counts are null if the provider did not report them. */
export const inferenceCall = z.object({
  llm: z.string(),
  model: z.string().nullable(),
  path: z.string(),
  streaming: z.boolean(),
  status: z.int(),
  error: z.string().nullable(),
  durationMs: z.number(),
  timeToFirstByteMs: z.number().nullable(),
  tokensIn: z.int().nullable(),
  tokensOut: z.int().nullable(),
  tokensCached: z.int().nullable(),
  tokensReasoning: z.int().nullable(),
  attempts: z.int(),
  servedBy: z.string(),
});
export type InferenceCall = z.infer<typeof inferenceCall>;
