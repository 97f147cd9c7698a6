/** What the generic routes need of a kind whose rows are not in a table of its own. */
import { getTableName, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Call } from "../http/call.ts";
import type { Stored } from "../resources/stored.ts";
import type { Store } from "../store.ts";

/** Rows, as expressions over what they are read from. An index on an expression serves where it is written the same way. */
export interface Relation {
  /** A table, or tables that are joined. */
  from: SQL | PgTable;
  columns: { [C in keyof Stored]: SQL<Stored[C]> };
  /** A field that the kind lets lists be selected by. Its name has been looked up in the description: it is none of a request's. */
  field(path: string): SQL;
  /** Rows for which this is not true do not exist. */
  where?: SQL | undefined;
  /** Whose a row is, where the kind says that rows belong to somebody. */
  owner?: { id: SQL; name: SQL };
}

/** `"session"."id"`: drizzle leaves the table out where it knows of no join, and a source's joins are SQL. */
export const qualified = (column: PgColumn): SQL =>
  sql`${sql.identifier(getTableName(column.table))}.${sql.identifier(column.name)}`;

export interface Source {
  relation: Relation;
  /** How a row looks to who asks, where that makes a difference. */
  viewOf?(call: Call): Promise<(row: Stored) => Stored>;
  /** Changes fields of what the row stands for. False: it no longer is as it was read, and nothing was done. */
  change?(row: Stored, spec: Readonly<Record<string, unknown>>, store: Pick<Store, "db">): Promise<boolean>;
  /** Ends what the row stands for, and tells whoever has to know. False: it no longer is as it was read, and nothing was done. */
  remove?(row: Stored, call: Call): Promise<boolean>;
}
