/** What `npm start` keeps, and where. */
import { mkdirSync, rmSync } from "node:fs";

export interface DataDir {
  root: string;
  /** Where it runs and how to get in, while it runs: `{edge, adminToken, pids, store, startedAt}`. */
  devFile: string;
  /** Held by the supervisor. */
  lock: string;
  keys: string;
  admin: string;
  /** PGlite's. */
  store: string;
  /** workerd's configuration and the Durable Objects' files. */
  edge: string;
  agentConfig: string;
  logs: string;
}

export function dataDir(root: string): DataDir {
  return {
    root,
    devFile: `${root}/dev.json`,
    lock: `${root}/supervisor.lock`,
    keys: `${root}/keys.json`,
    admin: `${root}/admin.json`,
    store: `${root}/store`,
    edge: `${root}/edge`,
    agentConfig: `${root}/mcplocal.yaml`,
    logs: `${root}/log`,
  };
}

export function prepare(dir: DataDir): void {
  mkdirSync(dir.root, { recursive: true, mode: 0o700 });
  mkdirSync(dir.logs, { recursive: true, mode: 0o700 });
}

/** Only what was put there: whoever gives --data the wrong directory loses nothing of their own. */
export function forget({ devFile, keys, admin, store, edge, agentConfig, logs }: DataDir): void {
  for (const path of [devFile, keys, admin, store, `${store}.lock`, edge, agentConfig, logs])
    rmSync(path, { recursive: true, force: true });
}
