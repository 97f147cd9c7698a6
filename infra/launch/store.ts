/** The store of `npm start` in a process of its own. What it is told comes by environment: the password is no argument. */
import { z } from "zod";
import { startLocalStore, startNeonBridge } from "#db/local/index";
import { migrate } from "#db/migrate";
import { announceReady } from "./ready.ts";

const environment = z.object({
  MCPCTL_STORE_URL: z.string().optional(),
  MCPCTL_STORE_DIR: z.string().optional(),
  MCPCTL_STORE_PASSWORD: z.string().optional(),
  /** The ports of the time before, so that the edge finds it again after a crash. */
  MCPCTL_STORE_PORT: z.coerce.number().default(0),
  MCPCTL_STORE_DATABASE_PORT: z.coerce.number().default(0),
});

const env = environment.parse(process.env);

try {
  const { databaseUrl, bridge } = env.MCPCTL_STORE_URL ? await overPostgres(env.MCPCTL_STORE_URL) : await embedded();
  let closing = false;
  process.on("SIGTERM", () => {
    if (closing) return;
    closing = true;
    bridge.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  });
  announceReady({ databaseUrl, proxyUrl: bridge.proxyUrl });
} catch (error) {
  fail(error);
}

async function overPostgres(databaseUrl: string) {
  await migrate(databaseUrl);
  return { databaseUrl, bridge: await startNeonBridge({ databaseUrl, port: env.MCPCTL_STORE_PORT }) };
}

async function embedded() {
  const store = await startLocalStore({
    dataDir: env.MCPCTL_STORE_DIR,
    password: env.MCPCTL_STORE_PASSWORD,
    port: env.MCPCTL_STORE_PORT,
    databasePort: env.MCPCTL_STORE_DATABASE_PORT,
    // Only a new process gets a PGlite that can be trusted; the supervisor starts one.
    onBroken: fail,
  });
  await migrate(store.databaseUrl);
  return { databaseUrl: store.databaseUrl, bridge: store };
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
