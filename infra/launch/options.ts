/** Options of `npm start`, `npm run dev` and `npm stop`. Pure. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface DevOptions {
  /** Port of the edge. */
  port: number;
  /** Absolute path. */
  dataDir: string;
  /** Delete existing data first. */
  fresh: boolean;
  /** A real PostgreSQL instead of the embedded one. */
  store: string | undefined;
  /** Absolute file that describes the OpenID provider. */
  oidc: string | undefined;
  /** Return when the system is ready, and keep it running in the background. */
  detach: boolean;
}

/** `--help` was given. */
export class HelpWanted extends Error {}

/** An error in the arguments, with a message for the user. */
export class UsageError extends Error {}

export const usage = `npm start -- [options]

  --port PORT    port of the edge (default 8787)
  --data DIR     data directory (default .mcpctl)
  --fresh        delete the data, and start with an empty system
  --store URL    use this PostgreSQL instead of the embedded store (postgresql://…)
  --oidc FILE    let people log in at an OpenID provider; FILE has OIDC with clientSecret as JSON (docs/oidc.md)
  --detach       return when the system is ready; \`npm stop\` stops it
  --help         show this help

Environment: ALLOW_PRIVATE_UPSTREAMS=private allows URLs of LLMs in your private network.

npm stop -- [--data DIR]`;

/** @param home parent of the default data directory. @param from base of a relative --data. @throws UsageError, HelpWanted */
export function readOptions(argv: readonly string[], home: string, from: string): DevOptions {
  const { values } = parse(argv);
  if (values.help) throw new HelpWanted(usage);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`--port ${values.port} is not a port; give a number from 1 to 65535.`);
  if (values.store !== undefined && !/^postgres(ql)?:\/\//.test(values.store))
    throw new UsageError("--store must be a PostgreSQL URL: postgresql://user:password@host:5432/database");
  return {
    port,
    dataDir: values.data === undefined ? resolve(home, ".mcpctl") : resolve(from, values.data),
    oidc: values.oidc === undefined ? undefined : resolve(from, values.oidc),
    fresh: values.fresh,
    store: values.store,
    detach: values.detach,
  };
}

/** The command that stops the system with this data directory. @param home as in `readOptions` */
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
