/** The whole system on one machine: what is started, in which order, and what each part is told. */
import { openSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { root } from "../paths.ts";
import { writeAtomically } from "../write-file.ts";
import { ensureAdmin } from "./admin.ts";
import type { DataDir } from "./data-dir.ts";
import type { EdgeRunner } from "./edge-service.ts";
import { type KeptProcess, keep } from "./kept-process.ts";
import { loadSecrets } from "./kept-secrets.ts";
import { readProvider } from "./oidc.ts";
import type { DevOptions } from "./options.ts";
import { agentConfig, agentProgram, awaitPublished, detect, type Publication } from "./publishing.ts";
import { lastLines, readyFacts } from "./ready.ts";
import type { Supervisor } from "./supervisor.ts";

export interface StackContext {
  options: DevOptions;
  dir: DataDir;
  runner: EdgeRunner;
  supervisor: Supervisor;
  say(line: string): void;
}

export interface StackReady {
  edge: string;
  adminToken: string;
  /** PostgreSQL's URL. */
  store: string;
  /** Names of LLMs that the local agent publishes. */
  published: readonly string[];
  /** The demonstration model is what is published. */
  demo: boolean;
  /** Nothing was kept from before. */
  cold: boolean;
}

const storeReady = z.object({ databaseUrl: z.string(), proxyUrl: z.string() });
const demoReady = z.object({ port: z.number() });

/** @throws Error that says which part did not come up, and why. Whatever runs by then is the supervisor's to stop. */
export async function startStack(context: StackContext): Promise<StackReady> {
  const { options, dir, runner, supervisor, say } = context;
  const provider = options.oidc === undefined ? undefined : readProvider(options.oidc);
  const { secrets, isNew } = loadSecrets(dir.keys);

  say(options.store ? "Migrating the store …" : isNew ? "Creating the store …" : "Opening the store …");
  let store: z.output<typeof storeReady> | undefined;
  await supervisor.run({
    name: "store",
    async start() {
      const child = await program(dir, "store", ["infra/launch/store.ts"], {
        ...(options.store ? { MCPCTL_STORE_URL: options.store } : { MCPCTL_STORE_DIR: dir.store }),
        MCPCTL_STORE_PASSWORD: secrets.STORE_PASSWORD,
        // The edge was told where it is, so after a crash it comes back there.
        ...(store
          ? { MCPCTL_STORE_PORT: portOf(store.proxyUrl), MCPCTL_STORE_DATABASE_PORT: portOf(store.databaseUrl) }
          : {}),
      });
      store = await readyFacts(child, storeReady, logFile(dir, "store"));
      return child;
    },
  });
  if (!store) throw new Error("the store started without saying where it is");
  const { databaseUrl, proxyUrl } = store;

  say("Starting the edge …");
  const edge = `http://127.0.0.1:${options.port}`;
  const { KEY_ENCRYPTION, SIGNING_KEY, BOOTSTRAP_SECRET } = secrets;
  const edgeLog = openLog(dir, "edge");
  await supervisor.run({
    name: "edge",
    async start() {
      const child = await runner.start({
        port: options.port,
        dir: dir.edge,
        secrets: { DATABASE_URL: databaseUrl, KEY_ENCRYPTION, SIGNING_KEY, BOOTSTRAP_SECRET, ...provider?.secrets },
        vars: { NEON_PROXY: proxyUrl, ALLOW_PRIVATE_UPSTREAMS: privateUpstreams(), ...provider?.vars },
        log: edgeLog,
      });
      await healthy(edge, child, logFile(dir, "edge"));
      return child;
    },
  });

  const adminToken = await ensureAdmin({ edge, bootstrapSecret: BOOTSTRAP_SECRET, file: dir.admin });
  say("Looking for models …");
  const { publish, demo } = await publications(context);
  writeAtomically(dir.agentConfig, agentConfig(publish), 0o600);
  await supervisor.run({
    name: "agent",
    start: () =>
      program(dir, "agent", [agentProgram, "publish", "--config", dir.agentConfig], {
        MCPCTL_EDGE: edge,
        MCPCTL_TOKEN: adminToken,
      }),
  });
  const published = await publishedModels(context, edge, adminToken, publish.length);
  return { edge, adminToken, store: databaseUrl, published, demo, cold: isNew };
}

/** The models that run here, else the demonstration, which is started. */
async function publications({
  dir,
  supervisor,
  say,
}: StackContext): Promise<{ publish: Publication[]; demo: boolean }> {
  let found: Publication[] = [];
  try {
    found = await detect();
  } catch (error) {
    say(`The search for model servers failed: ${error instanceof Error ? error.message : error}`);
  }
  if (found.length > 0) return { publish: found, demo: false };
  let port = 0;
  await supervisor.run({
    name: "demo",
    async start() {
      const child = await program(dir, "demo", ["infra/launch/demo-model.ts", String(port)], {});
      ({ port } = await readyFacts(child, demoReady, logFile(dir, "demo")));
      return child;
    },
  });
  return { publish: [{ url: `http://127.0.0.1:${port}`, model: "demo", name: "demo" }], demo: true };
}

/** A model that is not there is told and keeps nobody from using the rest. */
async function publishedModels({ dir, say }: StackContext, edge: string, token: string, wanted: number) {
  try {
    const names = await awaitPublished(edge, token, wanted, 15_000);
    if (names.length < wanted)
      say(`Of ${wanted} models ${names.length} are published. ${lastLines(logFile(dir, "agent"))}`);
    return names;
  } catch (error) {
    say(`The published models are unknown: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

function program(
  dir: DataDir,
  name: string,
  [file = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<KeptProcess> {
  return keep({
    command: process.execPath,
    args: [file, ...args],
    env: { ...process.env, ...env },
    cwd: root,
    output: openLog(dir, name),
    control: true,
  });
}

const logs = new Map<string, number>();

/** One log a run: the first start begins it anew, a start after a crash goes on in it. */
function openLog(dir: DataDir, name: string): number {
  const path = logFile(dir, name);
  let log = logs.get(path);
  if (log === undefined) {
    rmSync(path, { force: true });
    log = openSync(path, "a", 0o600);
    logs.set(path, log);
  }
  return log;
}

function logFile(dir: DataDir, name: string): string {
  return `${dir.logs}/${name}.log`;
}

/** Model servers of this machine may always be asked; whoever runs this may let the edge ask their own network, too. */
function privateUpstreams(): string {
  return ["loopback", process.env["ALLOW_PRIVATE_UPSTREAMS"]].filter(Boolean).join(",");
}

function portOf(url: string): string {
  return new URL(url).port;
}

/** Waits until it answers: what listens need not be what serves yet. @throws Error when it ended or took too long. */
async function healthy(edge: string, child: KeptProcess, log: string): Promise<void> {
  const tooLong = AbortSignal.timeout(30_000);
  let over: string | undefined;
  const noteEnd = async () => {
    over = await child.ended;
  };
  void noteEnd();
  for (;;) {
    const answer = await fetch(`${edge}/healthz`, { signal: tooLong }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (over !== undefined) throw new Error(`it ended before it answered (${over}). ${lastLines(log)}`);
    if (tooLong.aborted) {
      await child.kill();
      throw new Error(`it did not answer within 30 s. ${lastLines(log)}`);
    }
    await wait(50);
  }
}
