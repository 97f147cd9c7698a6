import { z } from "zod";
import { binding, operations } from "#db/kinds/parts/grants";
import type { Call } from "../../http/call.ts";
import { authenticated, open, type Route, route } from "../../http/route.ts";
import { publicJwk } from "../../identity/session-token.ts";
import { allowsOperation, because, writeBinding } from "../../rights/decide.ts";
import { identity } from "../answers.ts";

const question = z.union([binding, z.strictObject({ role: z.literal("run"), action: z.enum(operations) })]);
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), alg: z.string() })) });
const decision = z.object({
  allowed: z.boolean(),
  because: z.string().optional().describe("The binding that allows it."),
});

/** How long clients may keep the keys, in seconds. */
const JWKS_SECONDS = 300;

export const whoamiRoutes: readonly Route[] = [
  route(
    "GET",
    "/api/v1/auth/me",
    authenticated,
    {
      tag: "auth",
      summary: "Who this request is made as, and what that may do.",
      answer: { status: 200, schema: identity },
    },
    (call) => Response.json(identityOf(call)),
    { tokenReach: "anywhere" },
  ),
  route(
    "POST",
    "/api/v1/auth/can-i",
    authenticated,
    {
      tag: "auth",
      summary: "Whether the caller may do something, and why.",
      body: question,
      answer: { status: 200, schema: decision },
    },
    async (call) => Response.json(decide(call, await call.json(question))),
  ),
  route(
    "GET",
    "/.well-known/jwks.json",
    open("public keys are for everybody"),
    { tag: "auth", summary: "Keys that verify access tokens (RFC 7517).", answer: { status: 200, schema: keySet } },
    (call) =>
      Response.json(
        { keys: [publicJwk(call.deps.settings.signingKey)] },
        { headers: { "cache-control": `public, max-age=${JWKS_SECONDS}` } },
      ),
    { strict: false },
  ),
];

export function identityOf(call: Call): z.infer<typeof identity> {
  const { principal, grants } = call.caller;
  const { kind, id, name, email, tokenName, project, groups, impersonator } = principal;
  return {
    kind,
    id,
    name,
    ...(email === undefined ? {} : { email }),
    ...(tokenName === undefined ? {} : { tokenName }),
    ...(project === undefined ? {} : { project }),
    ...(impersonator
      ? {
          impersonator: {
            kind: impersonator.kind,
            name: impersonator.name,
            ...(impersonator.tokenName === undefined ? {} : { tokenName: impersonator.tokenName }),
          },
        }
      : {}),
    groups: [...(groups ?? [])],
    bindings: [...grants.bindings],
    operations: [...grants.operations],
  };
}

function decide(call: Call, asked: z.infer<typeof question>): z.infer<typeof decision> {
  const { grants } = call.caller;
  if ("action" in asked)
    return allowsOperation(grants, asked.action)
      ? { allowed: true, because: `run:${asked.action}` }
      : { allowed: false };
  const { role, resource, name } = asked;
  const found = because(grants, { role, resource, ...(name === undefined ? {} : { name }) });
  return found ? { allowed: true, because: writeBinding(found) } : { allowed: false };
}
