/** Answers of /api/v1/auth: their schemas, for OpenAPI, and how a login's is made. */
import { z } from "zod";
import { binding, operations } from "#db/kinds/parts/grants";
import type { Call } from "../http/call.ts";
import { signSession } from "../identity/session-token.ts";
import type { OpenedLogin } from "./sessions.ts";

export const shownUser = z.object({ id: z.string(), name: z.string(), email: z.string() });

export const loginAnswer = z.object({
  user: shownUser,
  accessToken: z.string().describe("A bearer for a few minutes."),
  refreshToken: z
    .string()
    .describe("Renews it; each renewal hands out the next, and the same one where its answer got lost."),
  expiresAt: z.iso.datetime().describe("Of the access token."),
});

export const personalToken = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
});

export const identity = z.object({
  kind: z.string(),
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  tokenName: z.string().optional(),
  project: z.string().optional(),
  impersonator: z
    .object({ kind: z.string(), name: z.string(), tokenName: z.string().optional() })
    .optional()
    .describe("Who sent the request, where it is made as a service account."),
  groups: z.array(z.string()),
  bindings: z.array(binding),
  operations: z.array(z.enum(operations)),
});

export async function answerLogin(
  call: Call,
  user: z.infer<typeof shownUser>,
  login: OpenedLogin,
): Promise<z.infer<typeof loginAnswer>> {
  const claims = { userId: user.id, sessionId: login.sessionId };
  const signed = await signSession(call.deps.settings.signingKey, claims, Date.now());
  return { user, ...signed, refreshToken: login.refreshToken };
}

/** An answer that holds a credential: nothing on the way may keep it (RFC 6749, section 5.1). */
export const secretly = (body: unknown, status = 200): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });
