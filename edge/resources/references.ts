/** Names in a spec → rows that exist. One statement per kind that is referred to. */

import { and, eq, inArray, or, sql } from "drizzle-orm";
import { type KindName, kindsByName, type TableKindName } from "#db/kinds/index";
import { type Fault, refuse } from "#db/protocol/errors";
import { summary } from "#db/schema/faults";
import { type FoundReference, type Kind, referencesIn } from "#db/schema/kind";
import { near } from "#db/schema/near";
import { fieldSql } from "#db/tables/derive";
import { edges, resources } from "#db/tables/index";
import type { Caller } from "../identity/principal.ts";
import { visible } from "../rights/decide.ts";
import type { Reader, Transaction } from "../store.ts";
import { a } from "./conflicts.ts";
import { visibleNames } from "./read.ts";
import type { NamedKind } from "./stored.ts";

export interface Resolved {
  path: string;
  kind: KindName;
  id: string;
}

export interface References {
  /** Id of the parent, for kinds that have one. */
  scopeId: string | null;
  edges: readonly Resolved[];
}

/**
 * @param own the row that refers: what it names `within` itself has it as its parent.
 * @throws Refusal invalid_request with a fault for each name that nothing has.
 */
export async function resolveReferences(
  db: Reader,
  kind: NamedKind,
  own: { id: string; spec: Record<string, unknown> },
  caller: Caller,
): Promise<References> {
  const found = referencesIn(kind, own.spec);
  const groups = Map.groupBy(found, (r) => `${r.kind} ${r.within ?? ""}`);
  const resolved = await Promise.all(
    [...groups.values()].map(async (references) => {
      const target = references[0]?.kind as TableKindName;
      const names = new Set(references.map((r) => r.name));
      const ids = references[0]?.within
        ? await childrenCalled(db, target, own.id, names)
        : await idsOf(db, target, names);
      return references.map((r) => ({ ...r, kind: target, id: ids.get(r.name) }));
    }),
  );
  const flat = resolved.flat();
  const missing = flat.filter((r) => r.id === undefined);
  if (missing.length > 0) await refuseMissing(db, caller, missing);
  const known = flat.filter((r): r is typeof r & { id: string } => r.id !== undefined);
  return {
    scopeId: known.find((r) => r.path === kind.scope)?.id ?? null,
    edges: known.filter((r) => r.path !== kind.scope).map(({ path, kind: to, id }) => ({ path, kind: to, id })),
  };
}

/** Names are unique within their parent. */
async function childrenCalled(
  db: Reader,
  target: TableKindName,
  parentId: string,
  names: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const t = resources[target];
  const rows = await db
    .select({ id: t.id, name: t.name })
    .from(t)
    .where(and(eq(t.scopeId, parentId), inArray(t.name, [...names])));
  return new Map(rows.map((row) => [row.name, row.id]));
}

/** By name or alternate key. Names of a kind with a scope are not unique, so there the alternate key alone counts. */
async function idsOf(db: Reader, target: TableKindName, names: ReadonlySet<string>): Promise<Map<string, string>> {
  const t = resources[target];
  const { alternateKey, scope }: Kind = kindsByName[target];
  const alternate = alternateKey ? sql.raw(`(${fieldSql(alternateKey)})`) : undefined;
  const lower = [...names].map((n) => n.toLowerCase());
  const rows = await db
    .select({ id: t.id, name: t.name, key: alternate ? sql<string | null>`${alternate}` : sql<null>`null` })
    .from(t)
    .where(or(scope ? undefined : inArray(t.name, [...names]), alternate && inArray(alternate, lower)));
  const ids = new Map<string, string>();
  for (const row of rows) if (row.key !== null) ids.set(row.key, row.id);
  const found = new Map<string, string>();
  for (const name of names) {
    const id = (scope ? undefined : rows.find((r) => r.name === name)?.id) ?? ids.get(name.toLowerCase());
    if (id !== undefined) found.set(name, id);
  }
  return found;
}

async function refuseMissing(db: Reader, caller: Caller, missing: readonly FoundReference[]): Promise<never> {
  const names = new Map<string, string[]>();
  for (const target of new Set(missing.map((r) => r.kind as KindName))) {
    const kind = kindsByName[target];
    names.set(target, await visibleNames(db, kind, visible(caller.grants, "view", kind.permission)));
  }
  const faults: Fault[] = missing.slice(0, 100).map(({ path, kind, name, within }) => {
    const suggestion = within ? undefined : near(name, names.get(kind) ?? []);
    return {
      path,
      message: `there is no ${kind} ${JSON.stringify(name)}${within ? " within it" : ""}`,
      expected: `the name of ${a(kind)}`,
      given: JSON.stringify(name),
      ...(suggestion ? { suggestion } : {}),
    };
  });
  refuse("invalid_request", summary(faults), {
    faults,
    hint: "Create what it refers to first: `mcpctl apply` finds the order by itself.",
  });
}

/** Replaces what this row refers to, in the transaction that writes it. */
export async function writeEdges(
  tx: Transaction,
  from: KindName,
  fromId: string,
  to: readonly Resolved[],
  existed: boolean,
): Promise<void> {
  for (const edge of edges) {
    if (edge.from !== from) continue;
    if (existed) await tx.delete(edge.table).where(sql`${edge.table.fromId} = ${fromId}`);
    const rows = to.filter((r) => r.kind === edge.to).map(({ path, id }) => ({ fromId, path, toId: id }));
    // 65,535 parameters are the most that the protocol carries.
    for (let i = 0; i < rows.length; i += 10_000) await tx.insert(edge.table).values(rows.slice(i, i + 10_000));
  }
}
