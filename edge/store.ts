/**
 * The way to Postgres: Neon's HTTP protocol for single statements and batches, its WebSocket for transactions. A local bridge
 * that speaks the same protocols stands in where `NEON_PROXY` names one.
 */
import { neon, neonConfig, Pool } from "@neondatabase/serverless";
import { drizzle, type NeonHttpDatabase } from "drizzle-orm/neon-http";
import { drizzle as drizzleSocket } from "drizzle-orm/neon-serverless";
import { Refusal } from "#db/protocol/errors";
import { readSettings, type Settings, type Variables } from "./settings.ts";

type SocketDatabase = ReturnType<typeof drizzleSocket>;
export type Transaction = Parameters<Parameters<SocketDatabase["transaction"]>[0]>[0];

export interface Store {
  /** One statement, or `db.batch([...])`: several in one transaction without looking in between. */
  db: NeonHttpDatabase;
  /** Interactive; a WebSocket of its own, about five times the cost of a statement. Retried by nobody. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** Statements outside a transaction. */
export type Reader = Store["db"];

export function openStore(settings: Pick<Settings, "databaseUrl" | "neonProxy">): Store {
  if (settings.neonProxy) {
    const proxy = new URL(settings.neonProxy);
    neonConfig.fetchEndpoint = `${proxy.origin}/sql`;
    neonConfig.wsProxy = (host, port) => `${proxy.host}/v1?address=${host}:${port}`;
    neonConfig.useSecureWebSocket = proxy.protocol === "https:";
    neonConfig.pipelineTLS = false;
    neonConfig.pipelineConnect = false;
  }
  return {
    db: drizzle(neon(settings.databaseUrl)),
    async transaction(work) {
      // A pool across requests hangs on the second one: I/O objects belong to the request that made them.
      const pool = new Pool({ connectionString: settings.databaseUrl, max: 1 });
      // Its WebSocket may be cut as the request ends, when all is done: heard by nobody that would be an uncaught error.
      pool.on("error", () => {});
      let broken = false;
      pool.on("connect", (client: { on(event: "error", heard: () => void): unknown }) => {
        client.on("error", () => {
          broken = true;
        });
      });
      try {
        return await drizzleSocket(pool).transaction(work);
      } catch (error) {
        // A WebSocket that can't be opened is a bare event, and one that broke an error without an SQLSTATE.
        if (!(error instanceof Error) || (broken && !(error instanceof Refusal))) throw storeUnavailable(error);
        throw error;
      } finally {
        await pool.end();
      }
    },
  };
}

const opened = new WeakMap<Variables, Store>();

/** The store of this environment, opened once per isolate. @throws Refusal misconfigured, see `readSettings` */
export function storeOf(env: Variables): Store {
  let store = opened.get(env);
  if (!store) {
    store = openStore(readSettings(env));
    opened.set(env, store);
  }
  return store;
}

/** SQLSTATE of a failed statement, wherever in the chain of causes it stands; undefined when the store was not reached. */
export function sqlState(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ("code" in e && typeof e.code === "string" && /^[0-9A-Z]{5}$/.test(e.code)) return e.code;
  }
  return undefined;
}

/** The constraint that a failed statement violated, if one. */
export function violatedConstraint(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ("constraint" in e && typeof e.constraint === "string" && e.constraint) return e.constraint;
  }
  return undefined;
}

/** Class 08 (connection), 53 (resources), 57P (shutdown): the store is there but can't serve. */
const unavailable = /^(08|53|57P)/;

/** Whether the store failed to answer, rather than answered that something is wrong. */
export function isStoreDown(error: unknown): boolean {
  if (error instanceof Refusal) return error.code === "store_unavailable";
  const state = sqlState(error);
  if (state !== undefined) return unavailable.test(state);
  for (let e = error; e instanceof Error; e = e.cause) if (e.name === "NeonDbError") return true;
  return false;
}

export function storeUnavailable(cause: unknown): Refusal {
  return new Refusal("store_unavailable", "The store can't be reached, so nothing was changed.", {
    hint: "Try again in a few seconds; `/readyz` says when it is back.",
    retryAfter: 2,
    cause,
  });
}
