/**
 * A principal and its permissions, read in one statement through the edges of `rbac` and `group`: the cost grows with what
 * concerns this principal, not with how many definitions there are.
 */
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Binding, Operation } from "#db/kinds/parts/grants";
import { edgeBetween, providedMember, resources, session } from "#db/tables/index";
import type { Store } from "../store.ts";
import type { Profile } from "./guard-machine.ts";
import type { Grants } from "./principal.ts";
import { tokenState } from "./token-state.ts";

/** Where a credential is judged: the Guard's name, and what it knows the credential as. */
export interface Pointer {
  guard: string;
  credential: string;
  /** Where it is judged as well, and valid only if it is there: the cluster that a service account is of. */
  within?: Pointer;
}

export const guardOfUser = (id: string): string => `user:${id}`;
export const guardOfToken = (id: string): string => `token:${id}`;

export const rbacToUser = edgeBetween("rbac", "user");
export const rbacToGroup = edgeBetween("rbac", "group");
export const rbacToToken = edgeBetween("rbac", "mcptoken");
export const groupToUser = edgeBetween("group", "user");
const { user, group, rbac, mcptoken, project } = resources;

/** One row, or none. */
type Reader = Pick<Store["db"], "execute">;

/** The principal that an opaque token belongs to, by unique index. Whether it is still valid, its Guard says. */
export async function findPointer(db: Reader, hash: string): Promise<Pointer | undefined> {
  const { rows } = await db.execute(sql`
    select 'user' as kind, ${session.userId} as owner, ${session.id} as credential from ${session}
      where ${session.hash} = ${hash} and ${session.kind} = 'personal'
    union all
    select 'token', ${mcptoken.id}, ${mcptoken.id} from ${mcptoken} where ${mcptoken.status}->>'hash' = ${hash}`);
  const row = z
    .object({ kind: z.enum(["user", "token"]), owner: z.string(), credential: z.string() })
    .safeParse(rows[0]);
  return row.success ? { guard: `${row.data.kind}:${row.data.owner}`, credential: row.data.credential } : undefined;
}

const definitions = z.array(
  z.object({
    bindings: z.array(z.custom<Binding>()).nullish(),
    operations: z.array(z.object({ action: z.custom<Operation>() })).nullish(),
  }),
);

/** The part of a definition that says what is given. */
export interface Given {
  bindings?: readonly Binding[] | null | undefined;
  operations?: readonly { action: Operation }[] | null | undefined;
}

/** @throws ZodError for what is no definition. */
export const readDefinitions = (specs: unknown) => definitions.parse(specs);

/** The union of definitions, each binding once. */
export function grantsOf(found: readonly Given[]): Grants {
  const bindings = new Map(
    found.flatMap((d) => d.bindings ?? []).map((b) => [JSON.stringify([b.role, b.resource, b.name]), b]),
  );
  const operations = new Set(found.flatMap((d) => d.operations ?? []).map((o) => o.action));
  return { bindings: [...bindings.values()], operations: [...operations] };
}

/** What the definitions of a selection give, in one value. */
export const definitionsSql = sql`coalesce(json_agg(json_build_object('bindings', ${rbac.spec}->'bindings', 'operations', ${rbac.spec}->'operations')), '[]'::json)`;

/** Ids of the groups that name the user, and of those that a provider puts them into. */
const groupsOfUser = (id: SQL) => sql`
  select ${groupToUser.fromId} from ${groupToUser} where ${groupToUser.toId} = ${id}
  union
  select ${providedMember.groupId} from ${providedMember} where ${providedMember.userId} = ${id}`;

const userRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  groups: z.array(z.string()),
  credentials: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(["login", "personal"]),
      name: z.string(),
      hash8: z.string(),
      expiresAt: z.string().nullable(),
    }),
  ),
  definitions,
});

/** @returns undefined for a user that does not exist. */
export async function loadUser(db: Reader, id: string): Promise<Profile | undefined> {
  const { rows } = await db.execute(sql`
    select ${user.id} as id, ${user.name} as name, ${user.spec}->>'email' as email,
      (select coalesce(json_agg(${group.name} order by ${group.name}), '[]'::json) from ${group}
        where ${group.id} in (${groupsOfUser(sql`${user.id}`)})) as groups,
      (select coalesce(json_agg(json_build_object('id', ${session.id}, 'kind', ${session.kind}, 'name', ${session.name},
          'hash8', left(${session.hash}, 8), 'expiresAt', ${session.expiresAt})), '[]'::json) from ${session}
        where ${session.userId} = ${user.id} and ${session.revokedAt} is null
          and (${session.expiresAt} is null or ${session.expiresAt} > now())) as credentials,
      (select ${definitionsSql} from ${rbac} where ${rbac.id} in (
        select ${rbacToUser.fromId} from ${rbacToUser} where ${rbacToUser.toId} = ${user.id}
        union
        select ${rbacToGroup.fromId} from ${rbacToGroup}
          where ${rbacToGroup.toId} in (${groupsOfUser(sql`${user.id}`)}))) as definitions
    from ${user} where ${user.id} = ${id}`);
  if (!rows[0]) return undefined;
  const row = userRow.parse(rows[0]);
  return {
    caller: {
      principal: { kind: "User", id: row.id, name: row.name, email: row.email, groups: row.groups },
      grants: grantsOf(row.definitions),
    },
    credentials: row.credentials.map((c) => ({
      id: c.id,
      ...(c.expiresAt === null ? {} : { expiresAt: Date.parse(c.expiresAt) }),
      ...(c.kind === "personal" ? { tokenName: c.name, tokenHash8: c.hash8 } : {}),
    })),
  };
}

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  status: z.object({
    state: z.enum(["active", "revoked", "expired"]),
    hash: z.string(),
    expiresAt: z.string().optional(),
  }),
  project: z.string(),
  projectId: z.string(),
  definitions,
});

/** @returns undefined for a token that does not exist. A revoked one has no credential. */
export async function loadToken(db: Reader, id: string, now: number): Promise<Profile | undefined> {
  const { rows } = await db.execute(sql`
    select ${mcptoken.id} as id, ${mcptoken.name} as name, ${mcptoken.status} as status,
      ${project.name} as project, ${project.id} as "projectId",
      (select ${definitionsSql} from ${rbac} where ${rbac.id} in (
        select ${rbacToToken.fromId} from ${rbacToToken} where ${rbacToToken.toId} = ${mcptoken.id})) as definitions
    from ${mcptoken} join ${project} on ${project.id} = ${mcptoken.scopeId} where ${mcptoken.id} = ${id}`);
  if (!rows[0]) return undefined;
  const { status, ...row } = tokenRow.parse(rows[0]);
  const { expiresAt } = status;
  return {
    caller: {
      principal: { kind: "McpToken", id: row.id, name: row.name, project: row.project, projectId: row.projectId },
      grants: grantsOf(row.definitions),
    },
    credentials:
      tokenState(status, now) === "active"
        ? [
            {
              id: row.id,
              tokenName: row.name,
              tokenHash8: status.hash.slice(0, 8),
              ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
            },
          ]
        : [],
  };
}

/** Shown to people, so it does not count as a change: no new version, and nobody is told. */
export async function recordUse(db: Reader, tokenId: string, at: number): Promise<void> {
  const lastUsedAt = JSON.stringify({ lastUsedAt: new Date(at).toISOString() });
  await db.execute(
    sql`update ${mcptoken} set status = ${mcptoken.status} || ${lastUsedAt}::jsonb where ${mcptoken.id} = ${tokenId}`,
  );
}
