/** Somebody must always be able to change who may do what: without, an edge could only be mended in its database. */
import { sql } from "drizzle-orm";
import { z } from "zod";
import { binding } from "#db/kinds/parts/grants";
import { refuse } from "#db/protocol/errors";
import { resources } from "#db/tables/index";
import { groupToUser, rbacToGroup, rbacToUser } from "../identity/profile.ts";
import type { Transaction } from "../store.ts";
import { allows } from "./decide.ts";

const { rbac, group } = resources;

const definition = z.object({
  subjects: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
  bindings: z.array(binding).default([]),
});

/** Whether this definition lets its subjects edit every definition. */
export function governs(spec: Readonly<Record<string, unknown>>): boolean {
  const { bindings } = definition.parse(spec);
  return allows({ bindings, operations: [] }, { role: "edit", resource: "rbac" });
}

/** @throws Refusal still_referred when nobody could edit rbac once `spec` (undefined: nothing) stands for this definition */
export async function keepGoverned(
  tx: Transaction,
  id: string,
  spec: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  await oneAtATime(tx);
  if (spec && governs(spec)) {
    const { subjects } = definition.parse(spec);
    if (subjects.some((s) => s.kind === "User")) return;
    const groups = JSON.stringify(subjects.filter((s) => s.kind === "Group").map((s) => s.name));
    const { rows } = await tx.execute(sql`
      select 1 from ${groupToUser} join ${group} on ${group.id} = ${groupToUser.fromId}
        where ${group.name} in (select json_array_elements_text(${groups}::json)) limit 1`);
    if (rows.length > 0) return;
  }
  await someoneElse(tx, sql`${rbac.id} <> ${id}`, sql`true`);
}

/** @throws Refusal still_referred when nobody could edit rbac once this group is empty */
export async function keepGovernedWithoutGroup(tx: Transaction, groupId: string): Promise<void> {
  await oneAtATime(tx);
  await someoneElse(tx, sql`true`, sql`${rbacToGroup.toId} <> ${groupId}`);
}

async function someoneElse(tx: Transaction, definitions: ReturnType<typeof sql>, groups: ReturnType<typeof sql>) {
  const { rows } = await tx.execute(sql`
    select 1 from ${rbac} where ${definitions}
      and exists (select 1 from jsonb_array_elements(${rbac.spec}->'bindings') b
        where b->>'role' = 'edit' and b->>'resource' in ('*', 'rbac') and b->>'name' is null)
      and (exists (select 1 from ${rbacToUser} where ${rbacToUser.fromId} = ${rbac.id})
        or exists (select 1 from ${rbacToGroup} join ${groupToUser} on ${groupToUser.fromId} = ${rbacToGroup.toId}
          where ${rbacToGroup.fromId} = ${rbac.id} and ${groups}))
    limit 1`);
  if (rows.length > 0) return;
  refuse("still_referred", "After this nobody could edit rbac any more.", {
    hint: "First give edit on rbac to another user, or to a group with members.",
  });
}

/** Two writes that each leave the other's definition as the last one must not pass side by side. Ends with the transaction. */
async function oneAtATime(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('mcpctl rbac governance'))`);
}
