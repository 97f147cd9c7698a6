/** What only tokens have beside the generic routes: being looked at by their bearer. */
import { eq } from "drizzle-orm";
import { z } from "zod";
import { kindsByName } from "#db/kinds/index";
import { resources } from "#db/tables/index";
import type { Call } from "../../http/call.ts";
import { authenticated, type Route, route } from "../../http/route.ts";
import { identity } from "../answers.ts";
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
    { tokenReach: "anywhere" },
  ),
];

async function introspect(call: Call): Promise<z.infer<typeof introspection>> {
  const who = { active: true as const, ...identityOf(call) };
  const { kind, id } = call.caller.principal;
  if (kind !== "McpToken") return who;
  const [row] = await call.deps.store.db.select({ status: mcptoken.status }).from(mcptoken).where(eq(mcptoken.id, id));
  return row ? { ...who, status: tokenStatus.parse(row.status) } : who;
}
