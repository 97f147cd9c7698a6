/** How principals prove who they are. Apart from the resources, so that no generic query can reach a hash. */
import { sql } from "drizzle-orm";
import { index, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { resources } from "./derive.ts";

const at = (name: string) => timestamp(name, { withTimezone: true, mode: "string" });

/** A user's password, as a self-describing memory-hard hash. */
export const password = pgTable("password", {
  userId: text("user_id")
    .primaryKey()
    .references(() => resources.user.id, { onDelete: "cascade" }),
  hash: text("hash").notNull(),
  changedAt: at("changed_at").notNull().defaultNow(),
});

/**
 * A user's way in: `login` renews by a rotating refresh token (`hash` is the current one, `previousHash` the one before: its
 * reuse ends the session), `personal` is a long-lived bearer.
 */
export const session = pgTable(
  "session",
  {
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => resources.user.id, { onDelete: "cascade" }),
    kind: text("kind").$type<"login" | "personal">().notNull(),
    name: text("name").notNull(),
    hash: text("hash").notNull().unique(),
    previousHash: text("previous_hash"),
    createdAt: at("created_at").notNull().defaultNow(),
    rotatedAt: at("rotated_at"),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [
    index("session_user").on(t.userId),
    index("session_previous").on(t.previousHash).where(sql`previous_hash is not null`),
  ],
);
