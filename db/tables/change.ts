/**
 * What happened to resources, in the store itself: written by triggers (db/change-log.ts), so that no way of writing a row
 * can forget it, and read by whoever watches. Rows go after an hour; what is sealed never gets here.
 */
import { sql } from "drizzle-orm";
import { bigint, bigserial, customType, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** A transaction's number that never wraps around (PostgreSQL 13). Text here: it may be larger than a number holds. */
const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

export interface Was {
  labels?: Record<string, string>;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export const change = pgTable(
  "change",
  {
    /** In the order in which a row's changes happened. Not the order of commits: that is what `xid` is for. */
    seq: bigserial("seq", { mode: "number" }).primaryKey(),
    /** Of the transaction that wrote it: a reader's snapshot says whether it has seen that one. */
    xid: xid8("xid").notNull().default(sql`pg_current_xact_id()`),
    /** Every transaction before this one had ended when it was written. */
    horizon: xid8("horizon").notNull().default(sql`pg_snapshot_xmin(pg_current_snapshot())`),
    at: timestamp("at", { withTimezone: true, mode: "string" }).notNull().default(sql`clock_timestamp()`),
    kind: text("kind").notNull(),
    verb: text("verb").$type<"created" | "changed" | "deleted">().notNull(),
    /** The resource as this change left it; a deleted one as it was. */
    id: text("id").notNull(),
    name: text("name").notNull(),
    scopeId: text("scope_id"),
    labels: jsonb("labels").$type<Record<string, string>>().notNull(),
    spec: jsonb("spec").$type<Record<string, unknown>>().notNull(),
    status: jsonb("status").$type<Record<string, unknown>>().notNull(),
    applied: jsonb("applied").$type<string[]>().notNull().default([]),
    revision: bigint("revision", { mode: "number" }).notNull(),
    createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }).notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true, mode: "string" }).notNull(),
    /** What of the row was other before, which selectors need. */
    was: jsonb("was").$type<Was>().notNull().default({}),
    /** Characters of it all, so that a reader can take as much as fits. */
    size: integer("size").notNull(),
  },
  (t) => [index("change_kind").on(t.kind, t.xid), index("change_revision").on(t.kind, t.revision)],
);

/** One row, of the newest transaction whose changes were forgotten. */
export const changeFloor = pgTable("change_floor", {
  one: integer("one").primaryKey().default(1),
  xid: xid8("xid").notNull(),
});
