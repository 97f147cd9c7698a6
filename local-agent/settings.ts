/** What to publish and where: flags before environment before config.yaml before the current context. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { configDirectory } from "#db/client/contexts-file";
import { reasonOf } from "#db/client/reason";
import { baseUrlOf } from "#db/kinds/parts/providers";
import { type BaseUrl, faultOfBaseUrl } from "#db/protocol/base-url";
import { readCredential } from "#db/protocol/header-value";
import { dnsLabel, httpUrl } from "#db/schema/field";
import type { Published } from "./admission.ts";
import { type Config, type PublishedEntry, parseConfig } from "./config.ts";
import { type Bearer, bearerOf, contextsIn } from "./contexts.ts";
import { Failure } from "./failure.ts";
import { labelOf } from "./naming.ts";

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
}

export interface Flags {
  config?: string;
  edge?: string;
  token?: string;
  context?: string;
  url?: string;
  model?: string[];
  name?: string[];
  /** One for each model, or one for all of them. */
  slots?: number[];
  totalSlots?: number;
}

export const directoryOf = ({ env, home }: Surroundings) => configDirectory(env, home);

/** @throws Failure 2 for a file that is named but not there, or is not valid. */
export async function readConfig(flags: Flags, around: Surroundings): Promise<Config> {
  const named = flags.config ?? envValue(around, "MCPLOCAL_CONFIG");
  const path = named ?? join(directoryOf(around), "config.yaml");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Failure(2, `${path} can't be read: ${reasonOf(error)}`, error);
  }
  return parseConfig(text, path);
}

export interface Target {
  /** Without a trailing slash. */
  edge: string;
  bearer: Bearer;
}

/** @throws Failure 2 where no edge is known, 4 where no credential is. */
export async function targetOf(flags: Flags, config: Config, around: Surroundings): Promise<Target> {
  const edge = flags.edge ?? envValue(around, "MCPCTL_EDGE") ?? config.edge;
  const token = flags.token ?? envValue(around, "MCPCTL_TOKEN") ?? config.token;
  const named = flags.context ?? envValue(around, "MCPCTL_CONTEXT");
  const contexts = contextsIn(directoryOf(around));
  const context = edge !== undefined && token !== undefined ? undefined : await contexts.current(named);
  const where = edge ?? context?.entry.edge;
  if (where === undefined)
    throw new Failure(2, "No edge is known: run `mcpctl login`, or set MCPCTL_EDGE and MCPCTL_TOKEN.");
  if (!httpUrl.safeParse(where).success) throw new Failure(2, `The edge's URL is not valid: ${where}`);
  const base = where.replace(/\/+$/, "");
  if (token !== undefined) {
    const read = readCredential(token);
    if (read.fault !== undefined)
      throw new Failure(4, `The token can't be sent: it ${read.fault}. Copy it again, exactly as mcpctl showed it.`);
    return { edge: base, bearer: async () => read.value };
  }
  // A credential is only sent to its own edge.
  if (!context || context.entry.edge.replace(/\/+$/, "") !== base)
    throw new Failure(4, `No credential for ${base} is known: run \`mcpctl login\`, or set MCPCTL_TOKEN.`);
  return { edge: base, bearer: bearerOf(contexts, context) };
}

/** A model and its maximum number of concurrent requests. */
export type PublishedModel = Published & { slots: number };

export interface Publication {
  models: PublishedModel[];
  /** Maximum number of concurrent requests to all models together, if less than the sum of their slots. */
  totalSlots?: number;
}

/** @throws Failure 2 for an invalid combination of settings. */
export function publicationOf(flags: Flags, config: Config, around: Surroundings): Publication {
  const url = flags.url ?? envValue(around, "MCPLOCAL_URL");
  const models = flags.model ?? list(envValue(around, "MCPLOCAL_MODEL"));
  const names = flags.name ?? list(envValue(around, "MCPLOCAL_NAME")) ?? [];
  const slots = flags.slots ?? list(envValue(around, "MCPLOCAL_SLOTS"))?.map(parseSlots);
  const total = envValue(around, "MCPLOCAL_TOTAL_SLOTS");
  const totalSlots = flags.totalSlots ?? (total === undefined ? config.totalSlots : parseSlots(total));
  const publication = (entries: readonly PublishedEntry[]): Publication => ({
    models: distinct(withSlots(entries, slots)),
    ...(totalSlots === undefined ? {} : { totalSlots }),
  });
  if (models === undefined && url === undefined) {
    if (names.length > 0) throw new Failure(2, "--name needs --model.");
    const entries = config.publish ?? [];
    if (entries.length === 0)
      throw new Failure(
        2,
        "There is nothing to publish: give --url and --model, or `publish:` in config.yaml. `mcplocal detect` finds model servers.",
      );
    return publication(entries);
  }
  if (url === undefined) throw new Failure(2, "--model needs --url: the URL of the model server.");
  if (models === undefined) throw new Failure(2, `--url needs --model: the model of ${url} to publish.`);
  if (!httpUrl.safeParse(url).success) throw new Failure(2, `--url must be an http or https URL: ${url}`);
  if (names.length > 0 && names.length !== models.length)
    throw new Failure(
      2,
      `There are ${models.length} --model and ${names.length} --name: give a name to each model, or to none.`,
    );
  const entries = models.map((model, i) => {
    const name = names[i];
    return { url, model, ...(name === undefined ? {} : { name }) };
  });
  return publication(entries);
}

/** @param slots one for each entry, or one for all; undefined: the entries' own */
function withSlots(entries: readonly PublishedEntry[], slots: readonly number[] | undefined): PublishedEntry[] {
  if (slots === undefined || slots.length === 0) return [...entries];
  if (slots.length !== 1 && slots.length !== entries.length)
    throw new Failure(
      2,
      `There are ${entries.length} models and ${slots.length} --slots: give one for each model, or one for all.`,
    );
  return entries.map((entry, i) => ({ ...entry, slots: slots[i] ?? slots[0] ?? 1 }));
}

function complete(entry: PublishedEntry, taken: ReadonlySet<string>): PublishedModel {
  const { url, model, name, slots = 1, type, tier, description, contextWindow, providerMayChoose } = entry;
  const label = name ?? freeLabel(model, taken);
  const valid = dnsLabel.safeParse(label);
  if (!valid.success) {
    const why = valid.error.issues[0]?.message;
    throw new Failure(2, `${name ?? model} is not a valid name at the edge: it ${why}. Choose one with --name.`);
  }
  return {
    name: valid.data,
    model,
    url: url.replace(/\/+$/, ""),
    base: serverAt(url, type),
    slots,
    ...(type ? { type } : {}),
    ...(tier ? { tier } : {}),
    ...(description ? { description } : {}),
    ...(contextWindow ? { contextWindow } : {}),
    ...(providerMayChoose === undefined ? {} : { providerMayChoose }),
  };
}

/** @throws Failure 2 if the URL can't be the base URL of a model server. */
function serverAt(url: string, type: PublishedEntry["type"] = "openai"): BaseUrl {
  const fault = faultOfBaseUrl(url);
  const base = baseUrlOf(type, url);
  if (fault === undefined && base) return base;
  throw new Failure(2, `${url.replace(/[?#].*/s, "")} can't be the URL of a model server: it ${fault}.`);
}

/** The same model on two servers gets two names, which depend only on the order. */
function freeLabel(model: string, taken: ReadonlySet<string>): string | undefined {
  const label = labelOf(model);
  if (label === undefined || !taken.has(label)) return label;
  for (let n = 2; ; n++) {
    const next = `${label.slice(0, 60)}-${n}`;
    if (!taken.has(next)) return next;
  }
}

function distinct(entries: readonly PublishedEntry[]): PublishedModel[] {
  const taken = new Set(entries.flatMap((e) => e.name ?? []));
  const names = entries.flatMap((e) => e.name ?? []);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Failure(2, `Two models have the name ${twice}: give one of them another --name.`);
  return entries.map((entry) => {
    const published = complete(entry, taken);
    taken.add(published.name);
    return published;
  });
}

/** An empty variable counts as not set, because files of variables often contain empty ones. */
const envValue = ({ env }: Surroundings, name: string) => env[name] || undefined;

const list = (value: string | undefined) => value?.split(",").flatMap((s) => s.trim() || []);

/** @throws Failure 2 */
export function parseSlots(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1 || n > 1024)
    throw new Failure(2, `slots must be a whole number from 1 to 1024, not ${value}.`);
  return n;
}
