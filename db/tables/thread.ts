/** Conversations with agents. Apart from the resources: they belong to a person, and nobody else ever lists them. */
import { index, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { resources } from "./derive.ts";

const at = (name: string) => timestamp(name, { withTimezone: true, mode: "string" });

export const thread = pgTable(
  "thread",
  {
    id: text("id").primaryKey(),
    agentId: text("agent_id")
      .notNull()
      .references(() => resources.agent.id, { onDelete: "cascade" }),
    /** Id of the principal: a user, a token or a service account, so no foreign key. */
    ownerId: text("owner_id").notNull(),
    /** Its name, for people. */
    ownerName: text("owner_name").notNull(),
    title: text("title").notNull(),
    createdAt: at("created_at").notNull().defaultNow(),
    updatedAt: at("updated_at").notNull().defaultNow(),
  },
  (t) => [index("thread_owner").on(t.ownerId, t.updatedAt), index("thread_agent").on(t.agentId)],
);
