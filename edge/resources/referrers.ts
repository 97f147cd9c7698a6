/** Who refers to a row: what keeps it from being deleted. */
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { findKind, type KindName, kinds, kindsByName } from "#db/resources/index";
import { referencesOf } from "#db/resources/kind";
import { edges, resources } from "#db/tables/index";
import type { NamedKind, Reader } from "./read.ts";

export interface Referrer {
  kind: KindName;
  name: string;
  /** Where in its spec. */
  path: string;
}

const referrer = z.object({
  kind: z.enum(Object.keys(kindsByName) as [KindName, ...KindName[]]),
  name: z.string(),
  path: z.string(),
});

/** At most `limit` of them, in one statement: those of the row, and those of what would go with it. */
export async function referrersOf(db: Reader, kind: NamedKind, id: string, limit: number): Promise<Referrer[]> {
  const to = (target: KindName, which: SQL) =>
    edges
      .filter((e) => e.to === target)
      .map(({ from, table }) => {
        const t = resources[from];
        return sql`select ${from}::text as kind, ${t.name} as name, ${table.path} as path
          from ${table} join ${t} on ${t.id} = ${table.fromId} where ${table.toId} in (${which})`;
      });
  const parts = [
    ...to(kind.name, sql`${id}::text`),
    ...childrenOf(kind.name).flatMap((child) => {
      const t = resources[child.name];
      return to(child.name, sql`select ${t.id} from ${t} where ${t.scopeId} = ${id}`);
    }),
  ];
  if (parts.length === 0) return [];
  const { rows } = await db.execute(sql`${sql.join(parts, sql` union all `)} order by kind, name, path limit ${limit}`);
  return z.array(referrer).parse(rows);
}

/** Kinds whose names are unique within one of this kind, and which go with it. */
export function childrenOf(parent: KindName): NamedKind[] {
  return kinds.filter((k) => parentOf(k)?.name === parent);
}

/** Kind of the parent, for a kind that has one. */
export function parentOf(kind: NamedKind): NamedKind | undefined {
  const found = referencesOf(kind).find((r) => r.path.length === 1 && r.path[0] === kind.scope);
  return found && findKind(found.kind);
}
