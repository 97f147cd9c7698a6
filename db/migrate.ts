/** Brings a store to where the code expects it: its tables, and what belongs to the system. */
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { backfillOperations } from "./backfill-operations.ts";
import { changeLogSql } from "./change-log.ts";
import { tableKinds } from "./kinds/index.ts";
import { operations } from "./kinds/parts/grants.ts";
import { seed } from "./system/seed.ts";

const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/** Any number, the same in every migrator: whoever holds it migrates, the others wait. (PGlite has one session and no others.) */
const MIGRATION_LOCK = 7_267_425;

/**
 * Applies what is missing of db/migrations, each once; does nothing where all are there.
 *
 * @throws Error that names the store and carries what Postgres said as its cause.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 15_000 });
  // Heard again as a rejection of the statement under way.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    try {
      const db = drizzle(client);
      await applyMigrations(db, { migrationsFolder });
      await client.query(changeLogSql(tableKinds.map((k) => k.name)));
      await db.transaction((tx) => seed(tx));
      await backfillOperations(client, operations);
    } finally {
      await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
    }
  } catch (cause) {
    const { host, pathname } = new URL(databaseUrl);
    throw new Error(`The store at ${host}${pathname} could not be migrated: ${innermost(cause)}`, { cause });
  } finally {
    await client.end().catch(() => {});
  }
}

function innermost(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(innermost).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermost(error.cause);
}
