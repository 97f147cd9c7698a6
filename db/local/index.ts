/**
 * The embedded store: PGlite behind Neon's own protocols, so that the edge's driver does not know the difference. Nothing
 * listens beyond the loopback interface, and every connection needs the password.
 */
import { randomBytes } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { type NeonBridge, startNeonBridge } from "./neon-bridge.ts";
import { type PgliteServer, startPgliteServer } from "./pglite-server.ts";
import { acquireLock, LockHeld } from "./process-lock.ts";

export { type NeonBridge, type NeonBridgeOptions, startNeonBridge } from "./neon-bridge.ts";

export interface LocalStoreOptions {
  /** Where it is kept; without one it lives in memory. */
  dataDir?: string | undefined;
  /** What a store in memory starts with: what `dump()` gave. */
  from?: Blob | undefined;
  /** Of the bridge; 0 or none: any free one. */
  port?: number | undefined;
  /** Of Postgres' own protocol; 0 or none: any free one. */
  databasePort?: number | undefined;
  /** Random where none is given. Give it where clients outlive the store. */
  password?: string | undefined;
  /** The store failed in a way that only a new start mends. */
  onBroken?: (cause: unknown) => void;
}

export interface LocalStore extends NeonBridge {
  databaseUrl: string;
  /** The whole of it, uncompressed, to start others from. */
  dump(): Promise<Blob>;
}

/** @throws Error that says what is wrong with the directory and what to do. */
export async function startLocalStore(options: LocalStoreOptions = {}): Promise<LocalStore> {
  const unlock = options.dataDir ? lockDirectory(options.dataDir) : () => {};
  const password = options.password ?? randomBytes(18).toString("base64url");
  const undo: (() => Promise<void> | void)[] = [unlock];
  try {
    const pglite = await openPglite(options);
    undo.unshift(() => pglite.close());
    const server: PgliteServer = await startPgliteServer({
      pglite,
      password,
      port: options.databasePort,
      ...(options.onBroken ? { onBroken: options.onBroken } : {}),
    });
    undo.unshift(() => server.close());
    const databaseUrl = `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres`;
    const bridge = await startNeonBridge({ databaseUrl, port: options.port });
    undo.unshift(() => bridge.close());
    return { ...bridge, databaseUrl, dump: () => pglite.dumpDataDir("none"), close: () => runAll(undo) };
  } catch (error) {
    await runAll(undo);
    throw error;
  }
}

/** One process at a time: PGlite does not look whether another has the directory open, and two would ruin it. */
function lockDirectory(directory: string): () => void {
  try {
    return acquireLock(`${directory}.lock`);
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    throw new Error(
      `The store in ${directory} is in use by process ${error.pid}. Stop that one (\`npm stop\`), or use another directory (--data).`,
      { cause: error },
    );
  }
}

async function openPglite({ dataDir, from }: LocalStoreOptions): Promise<PGlite> {
  try {
    return await PGlite.create({ ...(dataDir ? { dataDir } : {}), ...(from ? { loadDataDir: from } : {}) });
  } catch (cause) {
    if (!dataDir) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The store in ${dataDir} can't be opened: ${reason}. Where the disk is full, make room. Where the directory is damaged, move it away and start again: a new one is made.`,
      { cause },
    );
  }
}

/** Each once, also where one before it failed. @throws the first failure. */
async function runAll(steps: (() => Promise<void> | void)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps.splice(0)) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
