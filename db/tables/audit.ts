import { sql } from "drizzle-orm";
import { index, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { AuditEvent } from "../protocol/audit.ts";

/** `kind/name` of what an event is about: of a change the resource, of an inference the LLM. Null where it is about none. */
export const aboutSql = sql.raw(
  "coalesce((payload->>'resource') || '/' || (payload->>'name'), 'llm/' || (payload->>'llm'))",
);

/** Append-only. `id` is made where the event happened, so that delivering twice inserts once. */
export const auditEvent = pgTable(
  "auditevent",
  {
    id: text("id").primaryKey(),
    time: timestamp("time", { withTimezone: true, mode: "string" }).notNull(),
    kind: text("kind").$type<AuditEvent["kind"]>().notNull(),
    principal: text("principal"),
    impersonator: text("impersonator"),
    tokenName: text("token_name"),
    tokenHash: text("token_hash"),
    project: text("project"),
    correlation: text("correlation"),
    payload: jsonb("payload").$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    index("auditevent_time").on(t.time, t.id),
    index("auditevent_kind").on(t.kind, t.time),
    index("auditevent_principal").on(t.principal, t.time),
    index("auditevent_token").on(t.tokenName, t.time),
    index("auditevent_project").on(t.project, t.time),
    index("auditevent_about").on(sql`(${aboutSql})`, t.time).where(sql`(${aboutSql}) is not null`),
  ],
);
