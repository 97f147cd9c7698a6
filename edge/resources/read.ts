/** Reading rows of any kind: one by name, id or alternate key; many by page. Each is one statement. */
import { and, asc, desc, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import type { KindName } from "#db/resources/index";
import type { Kind } from "#db/resources/kind";
import { isSound } from "#db/resources/validate";
import { fieldSql } from "#db/tables/derive";
import { type ResourceTable, resources } from "#db/tables/index";
import type { Stored } from "../behaviours/behaviour.ts";
import type { Store } from "../store.ts";
import { type Cursor, isTime, type Order } from "./page.ts";
import type { FieldRequirement, LabelRequirement } from "./selectors.ts";

export type NamedKind = Kind & { name: KindName };
export type Reader = Store["db"];

/** Rows that this word means: at most two, so that a caller sees when it is not clear which. An id comes first. */
export async function findRows(db: Reader, kind: NamedKind, word: string, scopeId?: string): Promise<Stored[]> {
  if (word === "" || word.length > 253 || !isSound(word)) return [];
  return findStatement(db, kind, word, scopeId);
}

export function findStatement(db: Reader, kind: NamedKind, word: string, scopeId?: string) {
  const t = resources[kind.name];
  const alternate = kind.alternateKey && sql`${field(kind.alternateKey)} = ${word.toLowerCase()}`;
  return db
    .select()
    .from(t)
    .where(
      and(
        or(eq(t.id, word), eq(t.name, word), alternate || undefined),
        scopeId === undefined ? undefined : eq(t.scopeId, scopeId),
      ),
    )
    .orderBy(sql`${t.id} = ${word} desc`)
    .limit(2);
}

export interface ListQuery {
  /** Names that the caller may see. */
  visible: "all" | readonly string[];
  labels: readonly LabelRequirement[];
  fields: readonly FieldRequirement[];
  namePrefix: string | undefined;
  scopeId: string | undefined;
  order: Order;
  limit: number;
  after: Cursor | undefined;
}

export interface Page {
  rows: Stored[];
  /** Set when more follow. */
  next: Cursor | undefined;
}

export async function listRows(db: Reader, kind: NamedKind, query: ListQuery): Promise<Page> {
  const found = await listStatement(db, kind, query);
  const rows = found.slice(0, query.limit).map(({ cursor: _, ...row }) => ({ ...row, sealed: null }));
  const last = found.length > query.limit ? found[query.limit - 1] : undefined;
  return { rows, next: last && { after: last.cursor, id: last.id } };
}

/** One row more than the page, which tells whether another page follows. */
export function listStatement(db: Reader, kind: NamedKind, query: ListQuery) {
  const t = resources[kind.name];
  const { order, limit } = query;
  const by = orderColumn(t, order);
  const direction = order.descending ? desc : asc;
  const { sealed: _, ...columns } = columnsOf(t);
  return db
    .select({ ...columns, cursor: isTime(order) ? microseconds(by) : sql<string>`${by}` })
    .from(t)
    .where(and(...conditions(kind, query), query.after && beyond(t, by, order, query.after)))
    .orderBy(direction(by), direction(t.id))
    .limit(limit + 1);
}

const columnsOf = (t: ResourceTable) => ({
  id: t.id,
  name: t.name,
  scopeId: t.scopeId,
  labels: t.labels,
  spec: t.spec,
  status: t.status,
  sealed: t.sealed,
  applied: t.applied,
  revision: t.revision,
  createdAt: t.createdAt,
  updatedAt: t.updatedAt,
});

/** A field's name comes from a kind's description only, never from a request: it has been looked up there. */
const field = (path: string): SQL => sql.raw(`(${fieldSql(path)})`);

function orderColumn(t: ResourceTable, { by }: Order): SQL {
  switch (by) {
    case "name":
      return sql`${t.name}`;
    case "createdAt":
      return sql`${t.createdAt}`;
    case "updatedAt":
      return sql`${t.updatedAt}`;
    default:
      return sql`coalesce(${field(by)}, '')`;
  }
}

const microseconds = (time: SQL) => sql<string>`(extract(epoch from ${time}) * 1000000)::bigint::text`;

/** The keyset: rows beyond this one in the list's order, whatever was added or removed before it. */
function beyond(t: ResourceTable, by: SQL, order: Order, { after, id }: Cursor): SQL {
  const value = isTime(order)
    ? sql`timestamptz 'epoch' + ${after}::bigint * interval '1 microsecond'`
    : sql`${after}::text`;
  return order.descending ? sql`(${by}, ${t.id}) < (${value}, ${id})` : sql`(${by}, ${t.id}) > (${value}, ${id})`;
}

function conditions(kind: NamedKind, query: ListQuery): (SQL | undefined)[] {
  const t = resources[kind.name];
  return [
    query.visible === "all" ? undefined : inArray(t.name, [...query.visible]),
    query.scopeId === undefined ? undefined : eq(t.scopeId, query.scopeId),
    query.namePrefix === undefined ? undefined : sql`starts_with(${t.name}, ${query.namePrefix})`,
    ...query.labels.map((r) => labelCondition(t, r)),
    ...query.fields.map(({ field: path, is, value }) => {
      const column = path === "name" ? sql`${t.name}` : field(path);
      return is === "equal" ? sql`${column} = ${value}` : sql`${column} is distinct from ${value}`;
    }),
  ];
}

/** Containment, so that the index on labels serves. */
function labelCondition(t: ResourceTable, r: LabelRequirement): SQL | undefined {
  switch (r.is) {
    case "exists":
      return sql`jsonb_exists(${t.labels}, ${r.key})`;
    case "absent":
      return sql`not jsonb_exists(${t.labels}, ${r.key})`;
    default: {
      const has = or(...r.values.map((v) => sql`${t.labels} @> ${JSON.stringify({ [r.key]: v })}::jsonb`));
      return r.is === "in" ? has : has && sql`not (${has})`;
    }
  }
}

/** Names for near spellings: those that the caller may see, the first thousand. */
export async function visibleNames(db: Reader, kind: NamedKind, visible: "all" | readonly string[]): Promise<string[]> {
  const t = resources[kind.name];
  if (visible !== "all" && visible.length === 0) return [];
  const rows = await db
    .select({ name: t.name })
    .from(t)
    .where(visible === "all" ? undefined : inArray(t.name, [...visible]))
    .orderBy(asc(t.name))
    .limit(1000);
  return rows.map((r) => r.name);
}
