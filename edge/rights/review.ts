/** Who reaches a resource, and by what: every principal that a definition gives a role on it to, directly or through a group. */
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { roles } from "#db/kinds/parts/grants";
import { edgeBetween, providedMember, resources } from "#db/tables/index";
import { groupToUser, rbacToGroup, rbacToToken, rbacToUser } from "../identity/profile.ts";
import type { Store } from "../store.ts";

const { rbac, user, group, mcptoken, cluster } = resources;
const rbacToCluster = edgeBetween("rbac", "cluster");

export const reached = z.object({
  principal: z.object({
    kind: z.enum(["User", "McpToken", "ServiceAccount"]),
    name: z.string().describe("A service account's is cluster/namespace/name."),
  }),
  role: z.enum(roles),
  binding: z.string().describe("What gives it, as people write it: run:llms:gpt."),
  definition: z.string().describe("Name of the rbac definition that holds the binding."),
  group: z.string().optional().describe("The group through which it reaches a user; absent: directly."),
});
export type Reached = z.infer<typeof reached>;

const row = z.object({
  kind: reached.shape.principal.shape.kind,
  who: z.string(),
  role: reached.shape.role,
  binding: z.string(),
  definition: z.string(),
  via: z.string().nullable(),
});

/** At most `limit`, ordered by who. Definitions are found by the index on bindings; expired and revoked tokens reach nothing. */
export async function whoReaches(
  db: Pick<Store["db"], "execute">,
  { resource, name }: { resource: string; name: string },
  limit: number,
): Promise<Reached[]> {
  const { rows } = await db.execute(reviewStatement(resource, name, limit));
  return rows.map((r) => {
    const { kind, who, via, ...rest } = row.parse(r);
    return { principal: { kind, name: who }, ...rest, ...(via === null ? {} : { group: via }) };
  });
}

export function reviewStatement(resource: string, name: string, limit: number): SQL {
  const on = (r: string) => sql`(spec->'bindings') @> ${JSON.stringify([{ resource: r }])}::jsonb`;
  const given = sql`given.role, given.binding, given.definition`;
  return sql`
    with given as (
      select ${rbac.id} as id, ${rbac.name} as definition, b->>'role' as role,
        concat_ws(':', b->>'role', b->>'resource', b->>'name') as binding
      from ${rbac} cross join jsonb_array_elements(${rbac.spec}->'bindings') b
      where (${on("*")} or ${on(resource)}) and b->>'resource' in ('*', ${resource})
        and coalesce(b->>'name', ${name}) = ${name}
    )
    select 'User' as kind, ${user.name} as who, ${given}, null as via from given
      join ${rbacToUser} on ${rbacToUser.fromId} = given.id join ${user} on ${user.id} = ${rbacToUser.toId}
    union
    select 'User', ${user.name}, ${given}, ${group.name} from given
      join ${rbacToGroup} on ${rbacToGroup.fromId} = given.id join ${group} on ${group.id} = ${rbacToGroup.toId}
      join ${groupToUser} on ${groupToUser.fromId} = ${group.id} join ${user} on ${user.id} = ${groupToUser.toId}
    union
    select 'User', ${user.name}, ${given}, ${group.name} from given
      join ${rbacToGroup} on ${rbacToGroup.fromId} = given.id join ${group} on ${group.id} = ${rbacToGroup.toId}
      join ${providedMember} on ${providedMember.groupId} = ${group.id} join ${user} on ${user.id} = ${providedMember.userId}
    union
    select 'McpToken', ${mcptoken.name}, ${given}, null from given
      join ${rbacToToken} on ${rbacToToken.fromId} = given.id join ${mcptoken} on ${mcptoken.id} = ${rbacToToken.toId}
      where ${mcptoken.status}->>'state' = 'active'
        and coalesce((${mcptoken.status}->>'expiresAt')::timestamptz > now(), true)
    union
    select 'ServiceAccount', (s->>'cluster') || '/' || (s->>'name'), ${given}, null from given
      join ${rbacToCluster} on ${rbacToCluster.fromId} = given.id join ${cluster} on ${cluster.id} = ${rbacToCluster.toId}
      join ${rbac} on ${rbac.id} = given.id cross join jsonb_array_elements(${rbac.spec}->'subjects') s
      where s->>'kind' = 'ServiceAccount' and s->>'cluster' = ${cluster.name}
    order by kind, who, role, definition, via limit ${limit}`;
}
