/** What only tokens have beside the generic routes: being looked at by their bearer, and being revoked. */
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { kindsByName } from "#db/resources/index";
import { resources } from "#db/tables/index";
import type { Call } from "../../call.ts";
import { answerRow } from "../../resources/answer.ts";
import { tell } from "../../resources/audit.ts";
import { preconditions, versioned, writeParameters } from "../../resources/parameters.ts";
import { assertSeen, preconditionsOf } from "../../resources/precondition.ts";
import { isDryRun, nameInPath, rowInPath } from "../../resources/request.ts";
import type { Stored } from "../../resources/stored.ts";
import { authenticated, may, type Route, route } from "../../route.ts";
import { tokenState } from "../token-state.ts";
import { identity } from "./answers.ts";
import { recordAuth } from "./auth-event.ts";
import { identityOf } from "./whoami.ts";

const { mcptoken } = resources;
const { status: tokenStatus } = kindsByName.mcptoken;

const introspection = identity.extend({ active: z.literal(true), status: tokenStatus.optional() });

export const mcptokenRoutes: readonly Route[] = [
  route(
    "GET",
    "/api/v1/mcptokens/introspect",
    authenticated,
    {
      tag: "mcptokens",
      summary: "Whether the bearer of this request is valid, and what it may do. One that is not gets 401.",
      answer: { status: 200, schema: introspection },
    },
    async (call) => Response.json(await introspect(call)),
  ),
  route(
    "POST",
    "/api/v1/mcptokens/:name/revoke",
    // Whoever may delete a token may do less: end it and keep the record.
    may("delete", "mcptokens", { name: (call) => nameInPath(call, kindsByName.mcptoken) }),
    {
      tag: "mcptokens",
      summary: "Revoke a token for good and keep its record.",
      query: {
        project: "Name or id of its project, where tokens of several are called the same.",
        ...writeParameters,
      },
      headers: preconditions,
      answer: { status: 200, schema: "Mcptoken", headers: versioned },
    },
    async (call) => answerRow(call, kindsByName.mcptoken, await revoke(call)),
  ),
];

async function introspect(call: Call): Promise<z.infer<typeof introspection>> {
  const who = { active: true as const, ...identityOf(call) };
  const { kind, id } = call.caller.principal;
  if (kind !== "McpToken") return who;
  const [row] = await call.deps.store.db.select({ status: mcptoken.status }).from(mcptoken).where(eq(mcptoken.id, id));
  return row ? { ...who, status: tokenStatus.parse(row.status) } : who;
}

async function revoke(call: Call): Promise<Stored> {
  const row = await rowInPath(call, kindsByName.mcptoken);
  assertSeen(kindsByName.mcptoken, row, preconditionsOf(call.request.headers));
  const status = tokenStatus.parse(row.status);
  if (tokenState(status, Date.now()) === "revoked") return row;
  const next = { ...status, state: "revoked" as const, revokedAt: new Date().toISOString() };
  if (isDryRun(call)) return { ...row, status: next };
  const [written] = await call.deps.store.db
    .update(mcptoken)
    .set({
      status: sql`${mcptoken.status} || ${JSON.stringify({ state: next.state, revokedAt: next.revokedAt })}::jsonb`,
      revision: sql`nextval('revision')`,
      updatedAt: sql`now()`,
    })
    .where(eq(mcptoken.id, row.id))
    .returning();
  if (!written) refuse("not_found", `The mcptoken ${row.name} was deleted meanwhile.`);
  const { id, name, spec } = written;
  await tell(call, {
    change: { kind: "mcptoken", id, name, verb: "changed", before: spec, after: spec },
    fields: [{ field: "status.state", before: status.state, after: next.state }],
  });
  recordAuth(call, {
    action: "token-revoked",
    resource: "mcptoken",
    name,
    token: name,
    hash8: status.hash.slice(0, 8),
  });
  return written;
}
