/**
 * What goes with a row that is deleted: what has it as its parent, and whoever names it in a field whose description says
 * `cascade`; and theirs in turn. Everything else that refers to any of these keeps all of them.
 */
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { childrenOf } from "#db/kinds/family";
import { kindsByName, type TableKind, type TableKindName, tableKinds } from "#db/kinds/index";
import { referencesOf } from "#db/schema/kind";
import { fieldSql } from "#db/tables/derive";
import { edgeBetween, edges, resources } from "#db/tables/index";
import type { Reader, Transaction } from "../store.ts";
import { governing } from "./governor.ts";
import type { Stored } from "./stored.ts";

/** Rows of one kind that go together. */
export interface Going {
  kind: TableKind;
  rows: readonly Stored[];
}

export interface Referrer {
  kind: TableKindName;
  name: string;
  /** Where in its spec. */
  path: string;
  /** Whose name says who may see it. */
  governor: string;
}

/** One parameter however many ids there are. */
const among = (ids: readonly string[]): SQL => sql`(select json_array_elements_text(${JSON.stringify(ids)}::json))`;

/** The row and all that goes with it, parents before children, locked. */
export async function gather(tx: Transaction, kind: TableKind, row: Stored): Promise<Going[]> {
  const all: Going[] = [{ kind, rows: [row] }];
  const seen = new Set([row.id]);
  // The list grows while it is walked.
  for (const going of all) {
    const ids = among(going.rows.map((r) => r.id));
    for (const found of [...(await children(tx, going.kind, ids)), ...(await cascading(tx, going.kind, ids))]) {
      const rows = found.rows.filter((r) => !seen.has(r.id));
      for (const { id } of rows) seen.add(id);
      if (rows.length > 0) all.push({ kind: found.kind, rows });
    }
  }
  return all;
}

function children(tx: Transaction, kind: TableKind, ids: SQL): Promise<Going[]> {
  return Promise.all(
    childrenOf(kind.name).map(async (child) => {
      const t = resources[child.name];
      return { kind: child, rows: await tx.select().from(t).where(sql`${t.scopeId} in ${ids}`).for("update") };
    }),
  );
}

function cascading(tx: Transaction, kind: TableKind, ids: SQL): Promise<Going[]> {
  const fields = tableKinds.flatMap((from) =>
    referencesOf(from)
      .filter((r) => r.kind === kind.name && r.whenGone === "cascade")
      .map((r) => ({ from, path: r.path.join(".") })),
  );
  return Promise.all(
    fields.map(async ({ from, path }) => {
      const t = resources[from.name];
      const edge = edgeBetween(from.name, kind.name);
      const which = sql`select ${edge.fromId} from ${edge} where ${edge.toId} in ${ids} and ${edge.path} = ${path}`;
      return { kind: from, rows: await tx.select().from(t).where(sql`${t.id} in (${which})`).for("update") };
    }),
  );
}

const names = tableKinds.map((k) => k.name);
const referrer = z.object({ kind: z.enum(names), name: z.string(), path: z.string(), governor: z.string() });

/** At most `limit` that refer to what goes and stay themselves, in one statement. */
export async function referrersOf(
  db: Pick<Transaction, "execute"> | Reader,
  all: readonly Going[],
  limit: number,
): Promise<Referrer[]> {
  const idsOf = (name: TableKindName) =>
    all.filter((g) => g.kind.name === name).flatMap((g) => g.rows.map((r) => r.id));
  const parts = [...new Set(all.map((g) => g.kind.name))].flatMap((target) =>
    edges
      .filter((e) => e.to === target)
      .map(({ from, table }) => {
        const t = resources[from];
        const field = governing(kindsByName[from]);
        const governor = field === undefined ? sql`${t.name}` : sql`coalesce(${sql.raw(fieldSql(field))}, '')`;
        return sql`select ${from}::text as kind, ${t.name} as name, ${table.path} as path, ${governor} as governor
          from ${table} join ${t} on ${t.id} = ${table.fromId}
          where ${table.toId} in ${among(idsOf(target))} and ${table.fromId} not in ${among(idsOf(from))}`;
      }),
  );
  if (parts.length === 0) return [];
  const { rows } = await db.execute(sql`${sql.join(parts, sql` union all `)} order by kind, name, path limit ${limit}`);
  return z.array(referrer).parse(rows);
}

/** References first: among what goes together they may form a circle. */
export async function removeAll(tx: Transaction, all: readonly Going[]): Promise<void> {
  for (const { kind, rows } of all) {
    const ids = among(rows.map((r) => r.id));
    for (const { from, table } of edges)
      if (from === kind.name) await tx.delete(table).where(sql`${table.fromId} in ${ids}`);
  }
  for (const { kind, rows } of [...all].reverse()) {
    const t = resources[kind.name];
    await tx.delete(t).where(sql`${t.id} in ${among(rows.map((r) => r.id))}`);
  }
}
