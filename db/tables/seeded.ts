import { pgTable, text } from "drizzle-orm/pg-core";

/** What was given to this store once, as `kind/name`: whoever deletes it does not get it again. */
export const seeded = pgTable("seeded", { what: text("what").primaryKey() });
