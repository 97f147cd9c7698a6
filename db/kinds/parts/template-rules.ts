/** Validates a template, and creates a server's spec from it. Pure; the CLI and the edge share it. */
import type { Fault } from "../../protocol/errors.ts";
import { near } from "../../schema/near.ts";
import { type Setting, serverSources } from "./server-fields.ts";
import { type ServerShape, serverFaults } from "./server-rules.ts";

export interface Parameter {
  description?: string | undefined;
  default?: string | undefined;
  values?: readonly string[] | undefined;
  secret: boolean;
}

export interface Template {
  server: ServerShape & Readonly<Record<string, unknown>>;
  parameters: Readonly<Record<string, Parameter>>;
}

const placeholders = /\{\{\s*([a-zA-Z0-9_]+)\s*\}\}/g;
const alone = /^\{\{\s*([a-zA-Z0-9_]+)\s*\}\}$/;
/** SECRET/KEY, as `--api-key-ref` takes it. */
const secretKey = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?)\/(.{1,253})$/;

/** Every text in a value, with its path. */
function* texts(value: unknown, path: string): Generator<{ path: string; text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) for (const [i, v] of value.entries()) yield* texts(v, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null)
    for (const [key, v] of Object.entries(value)) yield* texts(v, `${path}.${key}`);
}

/** A list for people, shortened. */
const some = (words: readonly string[]): string =>
  words.slice(0, 20).join(", ") + (words.length > 20 ? " and more" : "");

const used = (text: string): string[] => [...text.matchAll(placeholders)].map((m) => m[1] ?? "");

/** Maximum number of reported faults of texts. A document can contain half a million placeholders. */
const mostFaults = 100;

export function templateFaults({ server, parameters }: Template): Fault[] {
  const faults: Fault[] = [];
  const known = Object.keys(parameters);
  const seen = new Set<string>();
  for (const { path, text } of texts(server, "server"))
    for (const name of new Set(used(text))) {
      seen.add(name);
      if (faults.length >= mostFaults) continue;
      const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (!parameter) {
        const suggestion = near(name, known);
        faults.push({
          path,
          message: `there is no parameter ${JSON.stringify(name)}`,
          expected: known.length > 0 ? `one of ${some(known)}` : "no parameters are declared",
          ...(suggestion ? { suggestion } : {}),
        });
      } else if (parameter.secret && !(/^server\.(env|headers)\[\d+\]\.value$/.test(path) && alone.test(text)))
        faults.push({
          path,
          message: `${name} is a secret: it can only be the whole value of an environment variable or a header`,
        });
    }
  for (const [name, { default: preset, values, secret }] of Object.entries(parameters)) {
    const path = `parameters.${name}`;
    if (!seen.has(name)) faults.push({ path, message: "is not used in server" });
    if (secret && preset !== undefined)
      faults.push({ path: `${path}.default`, message: "a secret can't have a default" });
    if (values && preset !== undefined && !values.includes(preset))
      faults.push({
        path: `${path}.default`,
        message: "is not one of the values",
        expected: `one of ${values.join(", ")}`,
      });
  }
  const sources = serverSources.filter((s) => server[s] !== undefined);
  if (sources.length !== 1)
    faults.push({
      path: "server",
      message: `must have exactly one of ${serverSources.join(", ")}, but has ${sources.length}`,
    });
  return [...faults, ...serverFaults(server).map((f) => ({ ...f, path: `server.${f.path}` }))];
}

export type Instantiated = { ok: true; spec: Record<string, unknown> } | { ok: false; faults: Fault[] };

/**
 * The spec of a server: the template's, with all parameters replaced. It is not validated; the server's own schema does that.
 * @param values by parameter; the value of a secret is SECRET/KEY.
 */
export function instantiate({ server, parameters }: Template, values: Readonly<Record<string, string>>): Instantiated {
  const faults: Fault[] = [];
  const chosen = new Map<string, string>();
  const known = Object.keys(parameters);
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(parameters, name)) continue;
    const suggestion = near(name, known);
    faults.push({
      path: name,
      message: "the template has no such parameter",
      expected: known.length > 0 ? `one of ${known.join(", ")}` : "no parameters",
      ...(suggestion ? { suggestion } : {}),
    });
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(values, name) ? values[name] : parameter.default;
    if (value === undefined)
      faults.push({
        path: name,
        message: "is required",
        expected: parameter.description ?? (parameter.secret ? "SECRET/KEY" : "a value"),
      });
    else if (parameter.values && !parameter.values.includes(value))
      faults.push({
        path: name,
        message: `expected one of ${parameter.values.join(", ")}`,
        given: JSON.stringify(value),
      });
    else if (parameter.secret && !secretKey.test(value))
      // If the caller gives the secret value itself, the error must not repeat it.
      faults.push({ path: name, message: "is a secret: give SECRET/KEY, the name of a secret and one of its keys" });
    else chosen.set(name, value);
  }
  if (faults.length > 0) return { ok: false, faults };
  const filled = (text: string) => text.replace(placeholders, (all, name: string) => chosen.get(name) ?? all);
  const setting = ({ name, value = "" }: Setting): Setting => {
    const [, only] = alone.exec(value) ?? [];
    const [, secret, , key] = (only && parameters[only]?.secret && secretKey.exec(chosen.get(only) ?? "")) || [];
    return secret && key ? { name, valueFrom: { secretRef: { name: secret, key } } } : { name, value: filled(value) };
  };
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") return filled(value);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v)]));
  };
  const { env, headers, ...rest } = server;
  return {
    ok: true,
    spec: { ...(fill(rest) as object), env: env.map(setting), headers: headers.map(setting) },
  };
}
