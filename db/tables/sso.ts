/** People who log in at an OpenID provider: who they are there, what it says they belong to, and devices that wait for one. */
import { index, integer, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { resources } from "./derive.ts";

const at = (name: string) => timestamp(name, { withTimezone: true, mode: "string" });
const userId = () => text("user_id").references(() => resources.user.id, { onDelete: "cascade" });

/** Whom a provider's account stands for. The pair never changes and is never given to somebody else (OpenID Connect Core, 5.7). */
export const identity = pgTable(
  "identity",
  {
    issuer: text("issuer").notNull(),
    subject: text("subject").notNull(),
    /** For paths: a subject may hold anything. */
    id: text("id").notNull().unique(),
    userId: userId().notNull(),
    /** As the provider last told it, for people; null where it told none. */
    email: text("email"),
    createdAt: at("created_at").notNull().defaultNow(),
    lastLoginAt: at("last_login_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ name: "identity_pk", columns: [t.issuer, t.subject] }), index("identity_user").on(t.userId)],
);

/**
 * Memberships that come from a provider's claim. Apart from the group's own `members`, so that applying the group's document
 * neither removes them nor is undone by the next login.
 */
export const providedMember = pgTable(
  "provided_member",
  {
    userId: userId().notNull(),
    groupId: text("group_id")
      .notNull()
      .references(() => resources.group.id, { onDelete: "cascade" }),
    issuer: text("issuer").notNull(),
  },
  (t) => [
    primaryKey({ name: "provided_member_pk", columns: [t.userId, t.groupId, t.issuer] }),
    index("provided_member_group").on(t.groupId),
  ],
);

/** A machine without a browser that waits until somebody has confirmed it (RFC 8628). Gone when it is over. */
export const deviceLogin = pgTable(
  "device_login",
  {
    /** SHA-256 of the device code. */
    hash: text("hash").primaryKey(),
    /** Without its hyphen. */
    userCode: text("user_code").notNull().unique(),
    /** What asked, and from where: shown to whoever confirms. */
    client: text("client").notNull(),
    address: text("address"),
    state: text("state").$type<"pending" | "approved" | "denied">().notNull().default("pending"),
    /** Who approved. */
    userId: userId(),
    /** Seconds that must lie between two polls. */
    interval: integer("interval").notNull(),
    polledAt: at("polled_at"),
    createdAt: at("created_at").notNull().defaultNow(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [index("device_login_expiry").on(t.expiresAt), index("device_login_user").on(t.userId)],
);
