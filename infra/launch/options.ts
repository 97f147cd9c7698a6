/** What `npm start`, `npm run dev` and `npm stop` are told. Pure. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface DevOptions {
  /** Of the edge. */
  port: number;
  /** Absolute. */
  dataDir: string;
  /** Throw away what is there first. */
  fresh: boolean;
  /** A real PostgreSQL instead of the embedded one. */
  store: string | undefined;
  /** Absolute file that describes the OpenID provider. */
  oidc: string | undefined;
  /** Return when all is ready, and go on behind. */
  detach: boolean;
}

/** Only what may be given was asked for. */
export class HelpWanted extends Error {}

/** A mistake in the arguments, in words for whoever made it. */
export class UsageError extends Error {}

export const usage = `npm start -- [options]

  --port PORT    of the edge (default 8787)
  --data DIR     where everything is kept (default .mcpctl)
  --fresh        forget what is kept there and begin anew
  --store URL    a PostgreSQL instead of the embedded store (postgresql://…)
  --oidc FILE    people log in at an OpenID provider: OIDC as JSON, clientSecret in it (docs/oidc.md)
  --detach       return when ready; \`npm stop\` ends it
  --help         only this

Environment: ALLOW_PRIVATE_UPSTREAMS=private also lets URLs of LLMs point into your own network.

npm stop -- [--data DIR]`;

/** @param home what the default data directory is in. @param from what a relative --data is relative to. @throws UsageError, HelpWanted */
export function readOptions(argv: readonly string[], home: string, from: string): DevOptions {
  const { values } = parse(argv);
  if (values.help) throw new HelpWanted(usage);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`--port ${values.port} is not a port; give a number from 1 to 65535.`);
  if (values.store !== undefined && !/^postgres(ql)?:\/\//.test(values.store))
    throw new UsageError("--store takes PostgreSQL's URL: postgresql://user:password@host:5432/database");
  return {
    port,
    dataDir: values.data === undefined ? resolve(home, ".mcpctl") : resolve(from, values.data),
    oidc: values.oidc === undefined ? undefined : resolve(from, values.oidc),
    fresh: values.fresh,
    store: values.store,
    detach: values.detach,
  };
}

/** What ends the system that keeps its things there, as a person types it. @param home as of `readOptions`. */
export function stopCommand(dataDir: string, home: string): string {
  return dataDir === resolve(home, ".mcpctl") ? "npm stop" : `npm stop -- --data ${dataDir}`;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string", default: "8787" },
        data: { type: "string" },
        fresh: { type: "boolean", default: false },
        store: { type: "string" },
        oidc: { type: "string" },
        detach: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
