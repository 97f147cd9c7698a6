/**
 * Tables follow from the kinds. Each kind has one table with the same columns, and one table of edges for every kind that
 * its spec refers to: the foreign keys there keep what is referred to alive, and answer "who refers to this?".
 *
 * The spec stands whole in `spec` with names as they were written, so that a new optional field needs no migration and
 * what comes out is what went in. Ids in the edges carry the invariants.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  jsonb,
  type PgTable,
  type PgTableExtraConfigValue,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Sealed } from "../crypto/sealing.ts";
import { type TableKindName, tableKinds } from "../kinds/index.ts";
import { type Kind, referencesOf } from "../schema/kind.ts";

/** Every write takes the next number: the version of a row, and later the place of a watch. */
export const revision = pgSequence("revision");

const columns = {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** Id of the parent that the kind's `scope` names; null for kinds without. */
  scopeId: text("scope_id"),
  labels: jsonb("labels").$type<Record<string, string>>().notNull().default({}),
  spec: jsonb("spec").$type<Record<string, unknown>>().notNull(),
  status: jsonb("status").$type<Record<string, unknown>>().notNull().default({}),
  /** Values of write-only fields that the system must read again. */
  sealed: jsonb("sealed").$type<Sealed>(),
  /** Paths of the fields that apply set last; never a value. */
  applied: jsonb("applied").$type<string[]>().notNull().default([]),
  revision: bigint("revision", { mode: "number" }).notNull().default(sql`nextval('revision')`),
  createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
  updatedAt: timestamp("updated_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
};

/** SQL of a field that a kind names: `email` is in the spec, `status.hash` in the status, `a.b` within the spec's `a`. */
export function fieldSql(path: string): string {
  const [column, field] = path.startsWith("status.") ? ["status", path.slice("status.".length)] : ["spec", path];
  const steps = field.split(".");
  const last = steps.pop();
  return `${[column, ...steps.map((step) => `'${step}'`)].join("->")}->>'${last}'`;
}

/** Of the index that keeps a field's values apart; a violation of it names it. */
export const uniqueName = (k: Pick<Kind, "name">, path: string): string => `${k.name}_${path.replaceAll(".", "_")}`;

function resourceTable(k: Kind, parent: () => ResourceTable | undefined) {
  return pgTable(k.name, columns, (t) => {
    const extra: PgTableExtraConfigValue[] = [
      index(`${k.name}_labels`).using("gin", t.labels),
      index(`${k.name}_created`).on(t.createdAt, t.id),
      // With the order of lists behind it, so that a page of those that match is read and nothing else.
      ...k.selectedBy.map((path) =>
        index(`${k.name}_by_${path.replace(".", "_")}`).on(sql.raw(`(${fieldSql(path)})`), t.name, t.id),
      ),
    ];
    const scope = parent();
    if (scope) {
      extra.push(
        uniqueIndex(`${k.name}_scope_name`).on(t.scopeId, t.name),
        index(`${k.name}_list`).on(t.name, t.id),
        foreignKey({ name: `${k.name}_scope`, columns: [t.scopeId], foreignColumns: [scope.id] }).onDelete("cascade"),
      );
    } else extra.push(uniqueIndex(`${k.name}_name`).on(t.name));
    if (k.alternateKey)
      extra.push(uniqueIndex(uniqueName(k, k.alternateKey)).on(sql.raw(`(${fieldSql(k.alternateKey)})`)));
    if (k.exactlyOne) {
      const field = sql.raw(`(${fieldSql(k.exactlyOne)})`);
      extra.push(
        uniqueIndex(`${k.name}_one_${k.exactlyOne}`)
          .on(field)
          .where(sql.raw(`${fieldSql(k.exactlyOne)} = 'true'`)),
      );
    }
    const given = (group: readonly string[]) => group.map((f) => `jsonb_exists(spec, '${f}')::int`).join(" + ");
    for (const group of k.atMostOneOf)
      extra.push(check(`${k.name}_at_most_one_${group[0]}`, sql.raw(`${given(group)} <= 1`)));
    for (const group of k.oneOf) extra.push(check(`${k.name}_one_of_${group[0]}`, sql.raw(`${given(group)} = 1`)));
    for (const path of k.unique ?? []) extra.push(uniqueIndex(uniqueName(k, path)).on(sql.raw(`(${fieldSql(path)})`)));
    for (const field of k.searched ?? [])
      extra.push(index(`${k.name}_${field}`).using("gin", sql.raw(`(spec->'${field}') jsonb_path_ops`)));
    // What goes when another resource goes is found by it.
    for (const { path } of referencesOf({ spec: k.status })) {
      const [field, ...deeper] = path;
      if (field !== undefined && deeper.length === 0)
        extra.push(index(`${k.name}_status_${field}`).on(sql.raw(`(${fieldSql(`status.${field}`)})`)));
    }
    return extra;
  });
}

type Columns = typeof columns;
export type ResourceTable = ReturnType<typeof pgTable<string, Columns>>;

function scopeKind(k: Kind): TableKindName {
  const found = referencesOf(k).find((r) => r.path.length === 1 && r.path[0] === k.scope);
  if (!found) throw new Error(`${k.name}: scope ${k.scope} is not a reference`);
  return found.kind as TableKindName;
}

/** By kind. */
export const resources: Record<TableKindName, ResourceTable> = Object.fromEntries(
  tableKinds.map((k) => [k.name, resourceTable(k, () => (k.scope ? resources[scopeKind(k)] : undefined))]),
) as Record<TableKindName, ResourceTable>;

function edgeTable(from: TableKindName, to: TableKindName) {
  const name = `${from}_to_${to}`;
  return pgTable(
    name,
    {
      fromId: text("from_id").notNull(),
      /** Where in the spec: `fallbacks[0]`. */
      path: text("path").notNull(),
      toId: text("to_id").notNull(),
    },
    (t) => [
      primaryKey({ name: `${name}_pk`, columns: [t.fromId, t.path] }),
      index(`${name}_referrers`).on(t.toId),
      foreignKey({ name: `${name}_from`, columns: [t.fromId], foreignColumns: [resources[from].id] }).onDelete(
        "cascade",
      ),
      foreignKey({ name: `${name}_to`, columns: [t.toId], foreignColumns: [resources[to].id] }).onDelete("restrict"),
    ],
  );
}

export type EdgeTable = ReturnType<typeof edgeTable>;

export interface Edge {
  from: TableKindName;
  to: TableKindName;
  table: EdgeTable;
}

/** One for every pair of kinds of which the first refers to the second; the scope is a column, not an edge. */
export const edges: readonly Edge[] = tableKinds.flatMap((k) => {
  const targets = new Set(
    referencesOf(k)
      .filter((r) => !(r.path.length === 1 && r.path[0] === k.scope))
      .map((r) => r.kind as TableKindName),
  );
  return [...targets].map((to) => ({ from: k.name, to, table: edgeTable(k.name, to) }));
});

/** The table of the references from one kind to another. @throws Error where the first never refers to the second */
export function edgeBetween(from: TableKindName, to: TableKindName): EdgeTable {
  const found = edges.find((e) => e.from === from && e.to === to);
  if (!found) throw new Error(`${from} does not refer to ${to}`);
  return found.table;
}

/** Everything derived, for the generator of migrations. */
export const derived: Record<string, PgTable | typeof revision> = {
  revision,
  ...resources,
  ...Object.fromEntries(edges.map((e) => [`${e.from}_to_${e.to}`, e.table])),
};
