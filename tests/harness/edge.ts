/** A real edge for tests: the built Worker in plain workerd over a store of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startNeonBridge } from "#db/local/index";
import { migrate } from "#db/migrate";
import { buildProduct, edge as edgeProduct } from "../../infra/build.ts";
import { type EdgeProcess, type EdgeSecrets, startEdgeProcess } from "../../infra/launch/edge-process.ts";
import { newKeys } from "../../infra/launch/keys.ts";
import { triggerSchedule } from "../../infra/launch/trigger-schedule.ts";
import { startMigratedStore } from "./migrated-store.ts";
import { startTestStore, type TestStore } from "./test-store.ts";

export interface EdgeOptions {
  /** Variables and secrets of the Worker that differ from what the harness gives. */
  env?: Readonly<Record<string, string>>;
  /** A PostgreSQL by its URL, which is migrated and left as the test leaves it. Without: a store of its own. */
  store?: string;
  /** The store of its own is PGlite in memory, whatever other tests use. */
  embedded?: boolean;
}

export interface TestEdge {
  url: string;
  databaseUrl: string;
  /** Its configuration and its objects' files. */
  dir: string;
  /** The edge's process: a benchmark reads what it costs. */
  pid(): number;
  /** Statements that the store has run for the edge so far. */
  stats(): Promise<{ queries: number }>;
  /** Makes the first admin. @returns a long-lived bearer token that may do everything. */
  bootstrap(): Promise<{ token: string }>;
  /** What the edge has logged so far. */
  log(): string;
  /** Runs the scheduled handler, as a cron trigger would. @throws where it fails. */
  trigger(cron: string): Promise<void>;
  /** The store alone; afterwards the edge can't reach it any more. */
  stopStore(): Promise<void>;
  /** `kill -9` of the edge alone; store and objects' files stay. */
  kill(): Promise<void>;
  /** After `kill`: the edge again, at the same URL, over what it left. */
  restart(): Promise<void>;
  /** Everything, and what it wrote. */
  stop(): Promise<void>;
}

const databases = new Map<string, string>();

/** The store of an edge that runs in this process. @throws Error where no edge of tests has this URL. */
export function databaseOf(url: string): string {
  const found = databases.get(url);
  if (!found) throw new Error(`no edge of these tests is at ${url}`);
  return found;
}

const bootstrapAnswer = z.object({ token: z.string() });

export async function startEdge(options: EdgeOptions = {}): Promise<TestEdge> {
  const dir = mkdtempSync(join(tmpdir(), "mcpctl-edge-"));
  const cronSocket = join(dir, "cron.sock");
  const keys = newKeys();
  let storeUp: TestStore | undefined;
  let running: EdgeProcess | undefined;
  let log = "";
  const stopStore = async () => {
    const store = storeUp;
    storeUp = undefined;
    await store?.close();
  };
  try {
    const [store] = await Promise.all([openStore(options), buildProduct(edgeProduct)]);
    storeUp = store;
    const given: Record<string, string> = {
      DATABASE_URL: store.databaseUrl,
      ...keys,
      NEON_PROXY: store.proxyUrl,
      ALLOW_PRIVATE_UPSTREAMS: "loopback",
      ...options.env,
    };
    const { DATABASE_URL = "", KEY_ENCRYPTION = "", SIGNING_KEY = "", BOOTSTRAP_SECRET = "", ...more } = given;
    const { OIDC_CLIENT_SECRET, ...vars } = more;
    const secrets: EdgeSecrets = {
      ...{ DATABASE_URL, KEY_ENCRYPTION, SIGNING_KEY, BOOTSTRAP_SECRET },
      ...(OIDC_CLIENT_SECRET === undefined ? {} : { OIDC_CLIENT_SECRET }),
    };
    const start = async (port: number): Promise<EdgeProcess> => {
      rmSync(cronSocket, { force: true });
      const cronAddress = `unix:${cronSocket}`;
      const process = await startEdgeProcess({ dir, port, secrets, vars, cronAddress, output: "pipe" });
      for (const stream of [process.stdout, process.stderr])
        stream?.on("data", (chunk: Buffer) => {
          log += chunk;
        });
      running = process;
      await healthy(process, () => log);
      return process;
    };
    const first = await start(0);
    databases.set(first.url, store.databaseUrl);
    return {
      url: first.url,
      databaseUrl: store.databaseUrl,
      dir,
      pid: () => (running ?? first).pid,
      stats: async () => ({ queries: store.queries() }),
      bootstrap: () => bootstrap(first.url, BOOTSTRAP_SECRET),
      log: () => log,
      trigger: (cron) => triggerSchedule(cronSocket, cron),
      stopStore,
      kill: async () => running?.kill(),
      restart: async () => {
        await start(first.port);
      },
      async stop() {
        databases.delete(first.url);
        await running?.kill();
        await stopStore();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await running?.kill();
    await stopStore();
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

async function openStore({ store: databaseUrl, embedded }: EdgeOptions): Promise<TestStore> {
  if (!databaseUrl) return embedded ? startMigratedStore() : startTestStore();
  await migrate(databaseUrl);
  return { ...(await startNeonBridge({ databaseUrl })), databaseUrl };
}

/** @throws Error with the edge's log when it does not answer well within 10 s. */
async function healthy(edge: EdgeProcess, log: () => string): Promise<void> {
  const answer = await fetch(`${edge.url}/healthz`, { signal: AbortSignal.timeout(10_000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`/healthz answered ${answer.status}. The edge said:\n${log()}`);
}

async function bootstrap(url: string, secret: string): Promise<{ token: string }> {
  const answer = await fetch(`${url}/api/v1/auth/bootstrap`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      secret,
      name: "admin",
      email: "admin@mcpctl.local",
      password: "correct horse battery staple",
    }),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`bootstrap answered ${answer.status}: ${text}`);
  return { token: bootstrapAnswer.parse(JSON.parse(text)).token };
}
