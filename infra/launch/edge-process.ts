/** The edge in plain workerd, as a child process. */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { built, root } from "../paths.ts";
import { writeAtomically } from "../write-file.ts";
import { type KeptProcess, keep } from "./kept-process.ts";
import { workerdBinary } from "./platform-binary.ts";
import { readWrangler, type Worker, workerdConfig } from "./workerd.ts";

/** Values that must not stand in a file or in `ps`: edge/env.ts says what each is. */
export const secretNames = [
  "DATABASE_URL",
  "KEY_ENCRYPTION",
  "SIGNING_KEY",
  "BOOTSTRAP_SECRET",
  "OIDC_CLIENT_SECRET",
] as const;

type Optional = "OIDC_CLIENT_SECRET";
export type EdgeSecrets = Record<Exclude<(typeof secretNames)[number], Optional>, string> &
  Partial<Record<Optional, string>>;

export interface EdgeProcessOptions {
  /** Holds its configuration and its objects' files. */
  dir: string;
  /** 0 or none: any free one. */
  port?: number | undefined;
  secrets: EdgeSecrets;
  /** Replaces [vars] of wrangler.toml, or adds to them. */
  vars: Readonly<Record<string, string>>;
  /** `unix:…`, see workerd.ts. */
  cronAddress?: string | undefined;
  output: number | "pipe" | "ignore";
}

export interface EdgeProcess extends KeptProcess {
  port: number;
  url: string;
}

export function wranglerWorker(): Worker {
  return readWrangler(readFileSync(`${root}/wrangler.toml`, "utf8"));
}

/** Resolves when it listens. @throws Error with what workerd said, where it ended instead. */
export async function startEdgeProcess(options: EdgeProcessOptions): Promise<EdgeProcess> {
  const objectsDir = `${options.dir}/objects`;
  mkdirSync(objectsDir, { recursive: true, mode: 0o700 });
  // Beside its configuration: `embed` finds nothing by an absolute path.
  copyFileSync(built.edge, `${options.dir}/edge.js`);
  const configFile = `${options.dir}/workerd.capnp`;
  const config = workerdConfig(wranglerWorker(), {
    bundle: "edge.js",
    objectsDir,
    address: `127.0.0.1:${options.port ?? 0}`,
    cronAddress: options.cronAddress,
    vars: options.vars,
    secrets: secretNames,
  });
  writeAtomically(configFile, config, 0o600);
  const child = await keep({
    command: workerdBinary(),
    args: ["serve", "--experimental", "--control-fd=3", configFile],
    // Nothing of our own environment: a Worker's environment is its bindings.
    env: { PATH: process.env["PATH"], ...options.secrets },
    output: options.output,
    // Plain workerd waits for open connections, and publishers hold theirs for hours.
    graceSeconds: 1,
    control: true,
  });
  const port = await listening(child);
  return { ...child, port, url: `http://127.0.0.1:${port}` };
}

const listenEvent = z.object({ event: z.literal("listen"), socket: z.string(), port: z.number() });

/** workerd reports each socket's port on its control descriptor, one JSON object a line. */
async function listening(child: KeptProcess): Promise<number> {
  if (!child.control) throw new Error("workerd was started without its control descriptor");
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    if (said.length < 4000) said += chunk;
  });
  const lines = createInterface({ input: child.control });
  const port = (async () => {
    for await (const line of lines) {
      const event = listenEvent.safeParse(JSON.parse(line));
      if (event.success && event.data.socket === "http") return event.data.port;
    }
    throw new Error(
      `workerd ended before it listened (${await child.ended}).${said ? ` It said: ${said.trim()}` : ""}`,
    );
  })();
  return port;
}
