/**
 * Nobody gives what they don't have (as Kubernetes' RBAC prevents privilege escalation): otherwise whoever may edit
 * definitions, groups or users could do everything. Who may edit and run everything is exempt.
 */
import { sql } from "drizzle-orm";
import { refuse } from "#db/protocol/errors";
import { type EdgeTable, edgeBetween, resources } from "#db/tables/index";
import type { Caller, Grants } from "../identity/principal.ts";
import { grantsNow } from "../identity/principals.ts";
import { grantsOf, rbacToGroup, readDefinitions } from "../identity/profile.ts";
import type { Store } from "../store.ts";
import { exceeds, isAdmin } from "./decide.ts";

const rbacToCluster = edgeBetween("rbac", "cluster");

/**
 * Judged by what the caller has now, not by a copy that is seconds old: what is given stays.
 * @throws Refusal not_allowed that names the first binding that the caller lacks
 */
export async function mayGive(db: Store["db"], caller: Caller, given: Grants, what: string): Promise<void> {
  if (given.bindings.length + given.operations.length > 0)
    assertHeld(await grantsNow(db, caller.principal), given, what);
}

/** Pure. @throws Refusal not_allowed that names the first binding that is not held */
export function assertHeld(held: Grants, given: Grants, what: string): void {
  if (isAdmin(held)) return;
  const missing = exceeds(held, given);
  if (missing === undefined) return;
  refuse("not_allowed", `${what} would give ${missing}, which you don't have yourself.`, {
    permission: missing,
    hint: "Leave it out, or ask somebody who has it.",
  });
}

export interface Definition {
  subjects: readonly { kind: string; name: string; cluster?: string | undefined }[];
  bindings: Grants["bindings"];
  operations: readonly { action: Grants["operations"][number] }[];
}

/** What a new version of a definition gives that the old one did not: everything, where there is a new subject. */
export function added(previous: Definition | undefined, next: Definition): Grants {
  const all = grantsOf([next]);
  if (next.subjects.length === 0) return { bindings: [], operations: [] };
  if (!previous) return all;
  const who = (s: Definition["subjects"][number]) => JSON.stringify([s.kind, s.cluster, s.name]);
  const had = new Set(previous.subjects.map(who));
  if (next.subjects.some((s) => !had.has(who(s)))) return all;
  const before = grantsOf([previous]);
  const key = (b: Grants["bindings"][number]) => JSON.stringify([b.role, b.resource, b.name]);
  const bindings = new Set(before.bindings.map(key));
  return {
    bindings: all.bindings.filter((b) => !bindings.has(key(b))),
    operations: all.operations.filter((o) => !before.operations.includes(o)),
  };
}

/** What the members of a group get by being in it. */
export const grantsOfGroup = (db: Store["db"], groupId: string) => grantsOfWhoNames(db, rbacToGroup, groupId);

/** What the service accounts of a cluster get, all of them together: whoever has its keys can be any of them. */
export const grantsOfCluster = (db: Store["db"], clusterId: string) => grantsOfWhoNames(db, rbacToCluster, clusterId);

async function grantsOfWhoNames(db: Store["db"], edge: EdgeTable, id: string): Promise<Grants> {
  const { rbac } = resources;
  const { rows } = await db.execute(sql`
    select distinct ${rbac.spec} as spec from ${rbac} join ${edge} on ${edge.fromId} = ${rbac.id} where ${edge.toId} = ${id}`);
  return grantsOf(readDefinitions(rows.map((r) => r["spec"])));
}
