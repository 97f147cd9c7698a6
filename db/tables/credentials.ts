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

/** Why a session was ended before its time. */
export type EndedBecause = "reused" | "logged-out" | "deleted" | "password-changed" | "too-many";

/**
 * A user's way in: `login` renews by a rotating refresh token, `personal` is a long-lived bearer. `hash` is that of the current
 * one, `family` that of what all of a login's share: one of the family that is not the current one has been used before, and
 * ends the session, unless its answer may have got lost.
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
    family: text("family"),
    /** Nothing reads it. An edge of the version before still writes it while a new one is rolled out. */
    previousHash: text("previous_hash"),
    createdAt: at("created_at").notNull().defaultNow(),
    rotatedAt: at("rotated_at"),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    /** Told to whoever comes later with one of its tokens; null where an edge of the version before ended it. */
    endedBecause: text("ended_because").$type<EndedBecause>(),
  },
  (t) => [index("session_user").on(t.userId), index("session_family").on(t.family).where(sql`family is not null`)],
);
