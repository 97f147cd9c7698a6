/**
 * Nobody gives what they don't have (as Kubernetes' RBAC prevents privilege escalation): otherwise whoever may edit
 * definitions, groups or users could do everything. Who may edit and run everything is exempt.
 */
import { sql } from "drizzle-orm";
import { refuse } from "#db/protocol/errors";
import { resources } from "#db/tables/index";
import type { Store } from "../store.ts";
import { exceeds, isAdmin } from "./decide.ts";
import type { Caller, Grants } from "./principal.ts";
import { grantsOf, rbacToGroup, readDefinitions } from "./profile.ts";

/** @throws Refusal not_allowed that names the first binding that the caller lacks */
export function mayGive(caller: Caller, given: Grants, what: string): void {
  if (isAdmin(caller.grants)) return;
  const missing = exceeds(caller.grants, given);
  if (missing === undefined) return;
  refuse("not_allowed", `${what} would give ${missing}, which you don't have yourself.`, {
    permission: missing,
    hint: "Leave it out, or ask somebody who has it.",
  });
}

export interface Definition {
  subjects: readonly { kind: string; name: string }[];
  bindings: Grants["bindings"];
  operations: readonly { action: Grants["operations"][number] }[];
}

/** What a new version of a definition gives that the old one did not: everything, where there is a new subject. */
export function added(previous: Definition | undefined, next: Definition): Grants {
  const all = grantsOf([next]);
  if (next.subjects.length === 0) return { bindings: [], operations: [] };
  if (!previous) return all;
  const had = new Set(previous.subjects.map((s) => `${s.kind}:${s.name}`));
  if (next.subjects.some((s) => !had.has(`${s.kind}:${s.name}`))) return all;
  const before = grantsOf([previous]);
  const key = (b: Grants["bindings"][number]) => JSON.stringify([b.role, b.resource, b.name]);
  const bindings = new Set(before.bindings.map(key));
  return {
    bindings: all.bindings.filter((b) => !bindings.has(key(b))),
    operations: all.operations.filter((o) => !before.operations.includes(o)),
  };
}

/** What the members of a group get by being in it. */
export async function grantsOfGroup(db: Store["db"], groupId: string): Promise<Grants> {
  const { rbac } = resources;
  const { rows } = await db.execute(sql`
    select ${rbac.spec} as spec from ${rbac} join ${rbacToGroup} on ${rbacToGroup.fromId} = ${rbac.id}
      where ${rbacToGroup.toId} = ${groupId}`);
  return grantsOf(readDefinitions(rows.map((r) => r["spec"])));
}
