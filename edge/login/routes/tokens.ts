/** A user's own long-lived bearers. They act as the user; for less, there are mcptokens. */
import { z } from "zod";
import { mcptoken } from "#db/kinds/mcptoken";
import { refuse } from "#db/protocol/errors";
import { dnsLabel } from "#db/schema/field";
import type { Call } from "../../http/call.ts";
import { authenticated, type Route, route } from "../../http/route.ts";
import { guardOfUser } from "../../identity/profile.ts";
import { lifeOf } from "../../identity/token-state.ts";
import { personalToken, secretly } from "../answers.ts";
import { recordAuth } from "../auth-event.ts";
import { endSession, listPersonal, mintPersonal } from "../sessions.ts";

const body = z.strictObject({ name: dnsLabel, expiry: mcptoken.spec.shape.expiry });

export const tokenRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/auth/tokens",
    authenticated,
    {
      tag: "auth",
      summary: "Mint a long-lived token that acts as the caller. It is shown once.",
      body,
      answer: { status: 201, schema: personalToken.extend({ token: z.string() }) },
    },
    async (call) => {
      const { name, expiry } = await call.json(body);
      const until = lifeOf(expiry, call.caller, Date.now());
      const userId = userOf(call);
      const { hash, ...minted } = await mintPersonal(call.deps.store.db, userId, name, until);
      await call.deps.access.credentialsChanged(guardOfUser(userId));
      recordAuth(call, { action: "token-minted", token: name, hash8: hash.slice(0, 8) });
      return secretly(minted, 201);
    },
  ),
  route(
    "GET",
    "/api/v1/auth/tokens",
    authenticated,
    {
      tag: "auth",
      summary: "The caller's own long-lived tokens.",
      answer: { status: 200, schema: z.object({ items: z.array(personalToken) }) },
    },
    async (call) => Response.json({ items: await listPersonal(call.deps.store.db, userOf(call)) }),
  ),
  route(
    "DELETE",
    "/api/v1/auth/tokens/:name",
    authenticated,
    {
      tag: "auth",
      summary: "Revoke one of the caller's own long-lived tokens.",
      answer: { status: 200, schema: personalToken },
    },
    async (call) => {
      const { db } = call.deps.store;
      const name = call.params["name"] ?? "";
      const userId = userOf(call);
      const found = (await listPersonal(db, userId)).find((t) => t.name === name || t.id === name);
      if (!found || !(await endSession(db, found.id, "deleted")))
        refuse("not_found", `You have no token called ${name}.`, { hint: "`GET /api/v1/auth/tokens` lists them." });
      await call.deps.access.credentialsChanged(guardOfUser(userId));
      recordAuth(call, { action: "token-revoked", token: found.name });
      return Response.json(found);
    },
  ),
];

function userOf(call: Call): string {
  const { kind, id } = call.caller.principal;
  if (kind !== "User") refuse("not_allowed", "Only users have tokens that act as them.");
  return id;
}
