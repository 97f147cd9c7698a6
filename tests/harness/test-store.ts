/**
 * The stores of tests. One PostgreSQL proper serves a whole run, a database for each that asks: transactions really run side by
 * side there, and it takes less memory than a PGlite for each. Where none is installed, or `MCPCTL_TEST_STORE=pglite`, each gets a
 * PGlite in memory.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { type NeonBridge, startNeonBridge } from "#db/local/index";
import { type PrivatePostgres, startPrivatePostgres } from "#db/local/private-postgres";
import { migrate } from "#db/migrate";
import { startMigratedStore } from "./migrated-store.ts";

export interface TestStore extends NeonBridge {
  databaseUrl: string;
}

/** Where the run's own PostgreSQL is, for the processes that tests run in: it was started before them. */
const SERVER = "MCPCTL_TEST_POSTGRES";
const TEMPLATE = "migrated";

/** Before all tests; the second of two does nothing. @returns what stops it. */
export async function startSharedPostgres(): Promise<() => Promise<void>> {
  if (process.env[SERVER]) return async () => {};
  const server = process.env["MCPCTL_TEST_STORE"] === "pglite" ? undefined : await startPrivatePostgres();
  if (!server) return async () => {};
  try {
    await execute(server.databaseUrl, `create database ${TEMPLATE}`);
    await migrate(withDatabase(server.databaseUrl, TEMPLATE));
  } catch (error) {
    await server.stop();
    throw error;
  }
  process.env[SERVER] = server.databaseUrl;
  return () => server.stop();
}

/** A migrated store behind Neon's protocols, gone with everything in it when it is closed. */
export async function startTestStore(): Promise<TestStore> {
  const database = await openDatabase(TEMPLATE);
  return database ? bridged(database) : startMigratedStore();
}

/**
 * The same over each of what a store can be, for what has to be shown of both; undefined where it can't be had. Nobody else is in
 * it: transactions of other databases of a server show in its snapshots.
 */
export const everyStore: Readonly<Record<string, () => Promise<TestStore | undefined>>> = {
  PGlite: startMigratedStore,
  PostgreSQL: async () => {
    const server = await startPrivatePostgres();
    if (!server) return undefined;
    await migrate(server.databaseUrl);
    return bridged(server);
  },
};

async function bridged(database: PrivatePostgres): Promise<TestStore> {
  const bridge = await startNeonBridge(database);
  const close = async () => {
    await bridge.close();
    await database.stop();
  };
  return { ...bridge, databaseUrl: database.databaseUrl, close };
}

/** An empty database of PostgreSQL proper, for what PGlite's one session can't show. @returns undefined where none is installed. */
export function startPostgres(): Promise<PrivatePostgres | undefined> {
  return openDatabase("template1");
}

async function openDatabase(template: string): Promise<PrivatePostgres | undefined> {
  const server = process.env[SERVER];
  if (!server) return undefined;
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  await execute(server, `create database ${name} template ${template}`);
  return {
    databaseUrl: withDatabase(server, name),
    // It waits a while for connections that are being closed; where one stays, the database goes with the server.
    stop: () => execute(server, `drop database ${name}`).catch(() => {}),
  };
}

function withDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
