/** Reading rows of any kind: one by name, id or alternate key; many by page. Each is one statement. */
import { and, asc, desc, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { parentOf } from "#db/kinds/family";
import { hasTable, type TableKindName } from "#db/kinds/index";
import type { LabelRequirement } from "#db/schema/label-selector";
import { isSound } from "#db/schema/validate";
import { edgeBetween, resources } from "#db/tables/index";
import type { Relation } from "../kinds/source.ts";
import type { Reader } from "../store.ts";
import { type Cursor, isTime, type Order } from "./page.ts";
import type { Reach } from "./reach.ts";
import { relationOf } from "./relation.ts";
import type { FieldRequirement } from "./selectors.ts";
import type { NamedKind, Stored } from "./stored.ts";

/** Which row a word can mean. */
export interface Within {
  /** Id of the parent, for kinds that have one. */
  scopeId?: string | undefined;
  /** For kinds whose rows belong to somebody. */
  reach?: Reach | undefined;
  /** Names that the caller may reach: others' rows are not there. */
  visible?: "all" | readonly string[] | undefined;
}

/** Rows that this word means: at most two, so that a caller sees when it is not clear which. An id comes first. */
export async function findRows(db: Reader, kind: NamedKind, word: string, within: Within = {}): Promise<Stored[]> {
  if (word === "" || word.length > 253 || !isSound(word)) return [];
  return findStatement(db, kind, word, within);
}

export function findStatement(db: Reader, kind: NamedKind, word: string, { scopeId, reach, visible }: Within = {}) {
  const r = relationOf(kind);
  const { id, name } = r.columns;
  const alternate = kind.alternateKey && sql`${r.field(kind.alternateKey)} = ${word.toLowerCase()}`;
  return db
    .select(r.columns)
    .from(r.from)
    .where(
      and(
        or(eq(id, word), eq(name, word), alternate || undefined),
        scopeId === undefined ? undefined : eq(r.columns.scopeId, scopeId),
        r.where,
        reachable(r, reach),
        visible === undefined ? undefined : seen(kind, r, visible),
      ),
    )
    .orderBy(sql`${id} = ${word} desc`)
    .limit(2);
}

/** Somebody else's rows are left out by the query, so that pages and counts are right. */
function reachable(r: Relation, reach: Reach | undefined): SQL | undefined {
  if (reach === undefined || reach === "all") return undefined;
  if (!r.owner) throw new Error("rows that belong to somebody need an owner");
  const own = eq(r.owner.id, reach.id);
  return reach.owners.length === 0 ? own : or(own, inArray(r.owner.name, [...reach.owners]));
}

export interface ListQuery {
  /** Names that the caller may see. */
  visible: "all" | readonly string[];
  labels: readonly LabelRequirement[];
  fields: readonly FieldRequirement[];
  namePrefix: string | undefined;
  scopeId: string | undefined;
  /** Only those that name this row in this field of their spec. */
  referring?: { field: string; to: TableKindName; id: string; name: string } | undefined;
  /** Only those that this row names. */
  referredBy?: { from: TableKindName; id: string } | undefined;
  reach?: Reach | undefined;
  /** ISO 8601: created then or later, and before. */
  since?: string | undefined;
  until?: string | undefined;
  order: Order;
  limit: number;
  after: Cursor | undefined;
}

export interface Page {
  rows: Stored[];
  /** Set when more follow. */
  next: Cursor | undefined;
  /** What the store had seen when it answered: changes that come after it are not in this page. Undefined without rows. */
  snapshot: string | undefined;
}

export async function listRows(db: Reader, kind: NamedKind, query: ListQuery): Promise<Page> {
  const found = await listStatement(db, kind, query);
  const rows = found.slice(0, query.limit).map(({ cursor: _, snapshot: __, ...row }) => ({ ...row, sealed: null }));
  const last = found.length > query.limit ? found[query.limit - 1] : undefined;
  return { rows, next: last && { after: last.cursor, id: last.id }, snapshot: found[0]?.snapshot };
}

/** One row more than the page, which tells whether another page follows. */
export function listStatement(db: Reader, kind: NamedKind, query: ListQuery) {
  const r = relationOf(kind);
  const { order, limit } = query;
  const by = orderColumn(r, order);
  const direction = order.descending ? desc : asc;
  const { sealed: _, ...columns } = r.columns;
  return db
    .select({
      ...columns,
      cursor: isTime(order) ? microseconds(by) : sql<string>`${by}`,
      snapshot: sql<string>`pg_current_snapshot()::text`,
    })
    .from(r.from)
    .where(and(...conditions(kind, r, query), query.after && beyond(r, by, order, query.after)))
    .orderBy(direction(by), direction(columns.id))
    .limit(limit + 1);
}

function orderColumn(r: Relation, { by }: Order): SQL {
  switch (by) {
    case "name":
      return r.columns.name;
    case "createdAt":
      return r.columns.createdAt;
    case "updatedAt":
      return r.columns.updatedAt;
    default:
      return sql`coalesce(${r.field(by)}, '')`;
  }
}

const microseconds = (time: SQL) => sql<string>`(extract(epoch from ${time}) * 1000000)::bigint::text`;

/** The keyset: rows beyond this one in the list's order, whatever was added or removed before it. */
function beyond(r: Relation, by: SQL, order: Order, { after, id }: Cursor): SQL {
  const value = isTime(order)
    ? sql`timestamptz 'epoch' + ${after}::bigint * interval '1 microsecond'`
    : sql`${after}::text`;
  const row = sql`(${by}, ${r.columns.id})`;
  return order.descending ? sql`${row} < (${value}, ${id})` : sql`${row} > (${value}, ${id})`;
}

function conditions(kind: NamedKind, r: Relation, query: ListQuery): (SQL | undefined)[] {
  const { name, scopeId, labels, createdAt } = r.columns;
  return [
    r.where,
    reachable(r, query.reach),
    seen(kind, r, query.visible),
    query.referring && refersTo(kind, r, query.referring),
    query.referredBy && namedBy(kind, r, query.referredBy),
    query.scopeId === undefined ? undefined : eq(scopeId, query.scopeId),
    query.namePrefix === undefined ? undefined : sql`starts_with(${name}, ${query.namePrefix})`,
    query.since === undefined ? undefined : sql`${createdAt} >= ${query.since}::timestamptz`,
    query.until === undefined ? undefined : sql`${createdAt} < ${query.until}::timestamptz`,
    ...query.labels.map((requirement) => labelCondition(labels, requirement)),
    ...query.fields.map(({ field: path, is, value }) => {
      const column = path === "name" ? name : r.field(path);
      return is === "equal" ? sql`${column} = ${value}` : sql`${column} is distinct from ${value}`;
    }),
  ];
}

/** Names that the caller may see: the rows' own, or their parents' where those govern. */
function seen(kind: NamedKind, r: Relation, visible: "all" | readonly string[]): SQL | undefined {
  if (visible === "all") return undefined;
  const parent = kind.governedByParent && parentOf(kind);
  if (!parent) return inArray(r.columns.name, [...visible]);
  const p = resources[parent.name];
  return sql`${r.columns.scopeId} in (select ${p.id} from ${p} where ${inArray(p.name, [...visible])})`;
}

function refersTo(kind: NamedKind, r: Relation, { field, to, id }: NonNullable<ListQuery["referring"]>): SQL {
  if (!hasTable(kind)) throw new Error(`${kind.name} refers to nothing`);
  const edge = edgeBetween(kind.name, to);
  return sql`${r.columns.id} in (select ${edge.fromId} from ${edge} where ${edge.toId} = ${id} and ${edge.path} = ${field})`;
}

function namedBy(kind: NamedKind, r: Relation, { from, id }: NonNullable<ListQuery["referredBy"]>): SQL {
  if (!hasTable(kind)) throw new Error(`nothing refers to ${kind.name}`);
  const edge = edgeBetween(from, kind.name);
  return sql`${r.columns.id} in (select ${edge.toId} from ${edge} where ${edge.fromId} = ${id})`;
}

/** Containment, so that the index on labels serves. */
function labelCondition(labels: SQL, r: LabelRequirement): SQL | undefined {
  switch (r.is) {
    case "exists":
      return sql`jsonb_exists(${labels}, ${r.key})`;
    case "absent":
      return sql`not jsonb_exists(${labels}, ${r.key})`;
    default: {
      const has = or(...r.values.map((v) => sql`${labels} @> ${JSON.stringify({ [r.key]: v })}::jsonb`));
      return r.is === "in" ? has : has && sql`not (${has})`;
    }
  }
}

/** Names for near spellings: those that the caller may see, the first thousand. Where names are ids, nothing is near. */
export async function visibleNames(db: Reader, kind: NamedKind, visible: "all" | readonly string[]): Promise<string[]> {
  if (!hasTable(kind) || (visible !== "all" && visible.length === 0)) return [];
  const t = resources[kind.name];
  const rows = await db
    .select({ name: t.name })
    .from(t)
    .where(seen(kind, relationOf(kind), visible))
    .orderBy(asc(t.name))
    .limit(1000);
  return rows.map((r) => r.name);
}
