/**
 * Where a kind's rows are, as the columns that every resource has: the table that follows from its description, or what its
 * source says. Finding, paging, filtering and sorting are the same for both.
 */
import { type SQL, sql } from "drizzle-orm";
import { hasTable } from "#db/kinds/index";
import { fieldSql } from "#db/tables/derive";
import { type ResourceTable, resources } from "#db/tables/index";
import { sourceOf } from "../kinds/index.ts";
import type { Relation } from "../kinds/source.ts";
import type { NamedKind, Stored } from "./stored.ts";

const ofTables = new Map<string, Relation>();

export function relationOf(kind: NamedKind): Relation {
  if (!hasTable(kind)) return sourceOf(kind.name).relation;
  const known = ofTables.get(kind.name);
  if (known) return known;
  const made = relationOfTable(resources[kind.name]);
  ofTables.set(kind.name, made);
  return made;
}

function relationOfTable(t: ResourceTable): Relation {
  return {
    from: t,
    columns: {
      id: sql<string>`${t.id}`,
      name: sql<string>`${t.name}`,
      scopeId: sql<string | null>`${t.scopeId}`,
      labels: sql<Record<string, string>>`${t.labels}`,
      spec: sql<Record<string, unknown>>`${t.spec}`,
      status: sql<Record<string, unknown>>`${t.status}`,
      sealed: sql<Stored["sealed"]>`${t.sealed}`,
      applied: sql<string[]>`${t.applied}`,
      revision: sql<number>`${t.revision}`.mapWith(Number),
      createdAt: sql<string>`${t.createdAt}`,
      updatedAt: sql<string>`${t.updatedAt}`,
    },
    field: (path): SQL => sql.raw(`(${fieldSql(path)})`),
  };
}
