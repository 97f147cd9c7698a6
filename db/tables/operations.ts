import { pgTable, text } from "drizzle-orm/pg-core";

/** Operations that this store has seen: one that is missing here came with an upgrade. */
export const knownOperation = pgTable("known_operation", { action: text("action").primaryKey() });
