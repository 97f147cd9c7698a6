/**
 * wrangler.toml as a configuration of plain `workerd serve`: the same Worker with no Cloudflare account, and neither wrangler
 * nor miniflare in between. Pure; what starts it is infra/launch/edge-process.ts.
 *
 * workerd.capnp (in the workerd package) describes the format.
 */
import { parse } from "smol-toml";
import { z } from "zod";

const bound = z.strictObject({ name: z.string(), class_name: z.string() });

/** What wrangler.toml may say. Strict: a binding that this file does not know must not get lost silently. */
const wranglerToml = z.strictObject({
  name: z.string(),
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  vars: z.record(z.string(), z.string()).default({}),
  durable_objects: z.strictObject({ bindings: z.array(bound) }).default({ bindings: [] }),
  migrations: z
    .array(z.strictObject({ tag: z.string(), new_sqlite_classes: z.array(z.string()).default([]) }))
    .default([]),
  triggers: z.strictObject({ crons: z.array(z.string()).default([]) }).default({ crons: [] }),
  // Belong to Cloudflare's own network; a machine of one's own has its logs anyway.
  observability: z.unknown().optional(),
  limits: z.unknown().optional(),
  placement: z.unknown().optional(),
  routes: z.unknown().optional(),
  workers_dev: z.unknown().optional(),
});

export type Worker = z.infer<typeof wranglerToml>;

/** @throws Error that names what is not understood. */
export function readWrangler(toml: string): Worker {
  const read = wranglerToml.safeParse(parse(toml));
  if (read.success) return read.data;
  throw new Error(
    `wrangler.toml has something that infra/launch/workerd.ts does not carry over to plain workerd:\n${z.prettifyError(read.error)}`,
  );
}

export interface Serving {
  /** The bundle, relative to the configuration file. */
  bundle: string;
  /** Absolute directory where Durable Objects keep their SQLite files. */
  objectsDir: string;
  /** `127.0.0.1:8787`; port 0 is any free one. */
  address: string;
  /** `unix:/run/…`: where `POST /?cron=<expression>` runs the scheduled handler. Plain workerd keeps no time itself. */
  cronAddress?: string | undefined;
  /** Replaces [vars] of the same name. */
  vars?: Readonly<Record<string, string>>;
  /** Names read from workerd's environment, so that no secret stands in a file or an argument. */
  secrets: readonly string[];
}

/** The text of the .capnp file. */
export function workerdConfig(worker: Worker, serving: Serving): string {
  const { objectsDir, address, cronAddress } = serving;
  const cron = cronAddress !== undefined && worker.triggers.crons.length > 0 ? cronAddress : undefined;
  const services = [
    `(name = "main", worker = .main)`,
    `(name = "objects", disk = (path = ${quoted(objectsDir)}, writable = true))`,
    `(name = "internet", network = (allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true)))`,
  ];
  const sockets = [`(name = "http", address = ${quoted(address)}, http = (), service = "main")`];
  if (cron !== undefined) {
    services.push(`(name = "cron", worker = .cron)`);
    sockets.push(`(name = "cron", address = ${quoted(cron)}, http = (), service = "cron")`);
  }
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [${listed(services)}],
  sockets = [${listed(sockets)}],
);

const main :Workerd.Worker = (
  modules = [ (name = "index.js", esModule = embed ${quoted(serving.bundle)}) ],
  compatibilityDate = ${quoted(worker.compatibility_date)},
  compatibilityFlags = [${worker.compatibility_flags.map(quoted).join(", ")}],
  bindings = [${listed(bindings(worker, serving))}],
  durableObjectNamespaces = [${listed(classes(worker))}],
  durableObjectStorage = (localDisk = "objects"),
);
${cron === undefined ? "" : cronWorker(worker)}`;
}

function bindings(worker: Worker, { vars = {}, secrets }: Serving): string[] {
  const texts = { ...worker.vars, ...vars };
  return [
    ...Object.entries(texts).map(([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`),
    ...secrets
      .filter((name) => !(name in texts))
      .map((name) => `(name = ${quoted(name)}, fromEnvironment = ${quoted(name)})`),
    ...worker.durable_objects.bindings.map(
      ({ name, class_name }) => `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(class_name)})`,
    ),
  ];
}

function classes(worker: Worker): string[] {
  const withSql = new Set(worker.migrations.flatMap((migration) => migration.new_sqlite_classes));
  return [...new Set(worker.durable_objects.bindings.map((b) => b.class_name))].map((name) => {
    if (!withSql.has(name))
      throw new Error(`wrangler.toml binds the class ${name} but no [[migrations]] lists it in new_sqlite_classes.`);
    // The key names the objects' files: another one would lose what they hold.
    return `(className = ${quoted(name)}, uniqueKey = ${quoted(`${worker.name}-${name}`)}, enableSql = true)`;
  });
}

/** A second Worker that may call the first one's scheduled handler (the flag is still experimental in workerd). */
function cronWorker(worker: Worker): string {
  const script =
    "export default { async fetch(request, env) {" +
    ' const cron = new URL(request.url).searchParams.get("cron") ?? "";' +
    " const { outcome } = await env.MAIN.scheduled({ cron, scheduledTime: new Date() });" +
    ' return new Response(outcome, { status: outcome === "ok" ? 200 : 500 }); } };';
  return `
const cron :Workerd.Worker = (
  modules = [ (name = "cron.js", esModule = ${quoted(script)}) ],
  compatibilityDate = ${quoted(worker.compatibility_date)},
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [ (name = "MAIN", service = "main") ],
);
`;
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\n${lines.map((line) => `    ${line},\n`).join("")}  `;
}

/** A string of Cap'n Proto's text format. */
function quoted(text: string): string {
  const escaped = [...text].map((c) => {
    if (c === "\\" || c === '"') return `\\${c}`;
    if (c === "\n") return "\\n";
    const code = c.codePointAt(0) ?? 0;
    return code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, "0")}` : c;
  });
  return `"${escaped.join("")}"`;
}
