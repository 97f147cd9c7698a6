/** Flags of `create`, from a kind's schema; and the spec back from what was typed. Pure. */
import { z } from "zod";
import { metaOf } from "#db/schema/field";
import { isRequired, type Kind } from "#db/schema/kind";
import { aboutOf, defaultOf, shapeOf } from "#db/schema/shape";
import { usage } from "../failure.ts";
import { globalFlags } from "../globals.ts";
import { type Flag, type Flags, list, type Source, text } from "../verb.ts";

/** One flag and the field it sets. */
export interface FieldFlag {
  /** `timeouts.firstByte`, also the flag's key. */
  path: readonly string[];
  schema: z.core.$ZodType;
  flag: Flag<unknown>;
  required: boolean;
}

/** Apart from the rest in help: most who create something need none of them. */
const DEEP = "Fields of fields:";

const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`).replaceAll("_", "-");
export const flagName = (path: readonly string[]) => `--${path.map(kebab).join("-")}`;
const globalNames = new Set(Object.values(globalFlags).map((f) => /--(?:no-)?([\w-]+)/.exec(f.usage)?.[1]));

/** Fields that share their name with a global flag take its value: `project` and `-p`. */
export const setByGlobals = (kind: Pick<Kind, "spec">): string[] =>
  Object.keys(kind.spec.shape).filter((field) => globalNames.has(kebab(field)));

export function fieldFlags(kind: Pick<Kind, "spec">): FieldFlag[] {
  const found: FieldFlag[] = [];
  const walk = (schema: z.core.$ZodType, path: readonly string[], required: boolean) => {
    const shape = shapeOf(schema);
    if (shape.is === "object" && compactKeys(schema) === undefined) {
      for (const [name, child] of Object.entries(shape.fields))
        walk(child, [...path, name], required && isRequired(child));
      return;
    }
    if (path.length === 1 && globalNames.has(kebab(path[0] ?? ""))) return;
    found.push({ path, schema, flag: flagOf(schema, path, required), required });
  };
  for (const [name, schema] of Object.entries(kind.spec.shape)) walk(schema, [name], isRequired(schema));
  return found;
}

export function flagsOf(fields: readonly FieldFlag[]): Flags {
  return Object.fromEntries(fields.map((f) => [f.path.join("."), f.flag]));
}

function flagOf(schema: z.core.$ZodType, path: readonly string[], required: boolean): Flag<unknown> {
  const shape = shapeOf(schema);
  const preset = defaultOf(schema);
  const simple = ["string", "number", "boolean"].includes(typeof preset);
  const about = `${aboutOf(schema) ?? `Sets ${path.join(".")}.`}${required ? " (required)" : ""}`;
  const options = {
    ...wordsOf(schema),
    ...(simple ? { otherwise: String(preset) } : {}),
    ...(path.length > 1 && !required ? { group: DEEP } : {}),
  };
  const name = flagName(path);
  if (shape.is === "boolean") return text(`${name} [true|false]`, about, options);
  if (shape.is === "list")
    return list(
      `${name} <${isSetting(shape.of) ? "name=value" : placeholder(shape.of)}>`,
      `${about} Repeatable.`,
      options,
    );
  if (shape.is === "map") return list(`${name} <key=value>`, `${about} Repeatable.`, options);
  return text(`${name} <${placeholder(schema)}>`, about, options);
}

function placeholder(schema: z.core.$ZodType): string {
  const keys = compactKeys(schema);
  if (keys) return placeholderOf(keys);
  const shape = shapeOf(schema);
  if (shape.is === "choice") return shape.words.length <= 5 ? shape.words.join("|") : "word";
  if (shape.is === "number") return "number";
  return shape.is === "text" ? (shape.ref ?? "text") : "json";
}

function wordsOf(schema: z.core.$ZodType): { words?: Source } {
  const shape = shapeOf(schema);
  const inner = shape.is === "list" ? shapeOf(shape.of) : shape;
  if (inner.is === "choice") return { words: { from: "words", words: inner.words } };
  if (inner.is === "boolean") return { words: { from: "words", words: ["true", "false"] } };
  const first = inner.is === "object" ? Object.values(inner.fields)[0] : undefined;
  const ref = metaOf(shape.is === "list" ? shape.of : schema).ref ?? (first && metaOf(first).ref);
  return ref ? { words: { from: "names", kind: ref } } : {};
}

/** How such a value is written, for help and for who wrote it otherwise. */
function placeholderOf(keys: readonly CompactKey[]): string {
  const [first, second] = keys;
  const ref = first && metaOf(first.schema).ref;
  if (keys.length === 2 && ref && second && !second.optional) return `${ref}/${second.name}`;
  return keys.map((k) => (k.optional ? `[${k.name}]` : k.name)).join(":");
}

interface CompactKey {
  name: string;
  optional: boolean;
  schema: z.core.$ZodType;
}

/** An environment variable, a header: written `name=value`, and as JSON where the value comes from elsewhere. */
function isSetting(schema: z.core.$ZodType): boolean {
  const shape = shapeOf(schema);
  return shape.is === "object" && "name" in shape.fields && "value" in shape.fields;
}

/**
 * Objects of texts alone are written with colons: `secret:key`, `run:llms:gpt`, `User:alice`. Keys that have a default are
 * left out, a number may come after a text (`tone:8`). Options of a union are written alike when their keys are.
 */
function compactKeys(schema: z.core.$ZodType): CompactKey[] | undefined {
  const shape = shapeOf(schema);
  if (shape.is === "either") {
    const all = shape.of.map(compactKeys);
    const [first] = all;
    const alike = (keys: CompactKey[] | undefined) =>
      keys?.map((k) => k.name).join() === first?.map((k) => k.name).join();
    return first && all.every(alike) ? first.map((k) => ({ ...k, schema: z.string() })) : undefined;
  }
  if (shape.is !== "object") return undefined;
  const entries = Object.entries(shape.fields);
  const isText = (s: z.core.$ZodType) => ["text", "choice"].includes(shapeOf(s).is);
  const mayFollow = (s: z.core.$ZodType) => shapeOf(s).is === "number" && !isRequired(s) && defaultOf(s) === undefined;
  if (!entries.every(([, s]) => isText(s) || mayFollow(s))) return undefined;
  // Where nothing has to be given, each has a flag of its own instead.
  if (!entries.some(([, s]) => isText(s) && isRequired(s))) return undefined;
  return entries
    .filter(([, s]) => defaultOf(s) === undefined)
    .map(([name, s]) => ({ name, optional: !isRequired(s), schema: s }));
}

/** The value of one flag as the schema wants it; what can't be understood is handed on for the schema to refuse. */
export function coerce(schema: z.core.$ZodType, typed: unknown, flag: string): unknown {
  const shape = shapeOf(schema);
  if (shape.is === "list") {
    const whole = isSetting(shape.of) || compactKeys(shape.of) !== undefined;
    const words = (typed as string[]).flatMap((t) => (/^[[{]/.test(t) || whole ? [t] : t.split(",")));
    return words.map((t) => coerce(shape.of, t, flag));
  }
  if (shape.is === "map") return Object.fromEntries((typed as string[]).map((t) => keyValue(t, flag)));
  if (shape.is === "boolean") return typed === true || typed === "true" ? true : typed === "false" ? false : typed;
  const written = String(typed);
  if (shape.is === "number")
    return written.trim() !== "" && Number.isFinite(Number(written)) ? Number(written) : written;
  if (/^\s*[[{]/.test(written) && shape.is !== "text") return json(written, flag);
  if (isSetting(schema)) {
    const [name, value] = keyValue(written, flag);
    return { name, value };
  }
  const keys = compactKeys(schema);
  if (keys) return compact(keys, written, flag);
  return shape.is === "text" || shape.is === "choice" ? written : json(written, flag);
}

function compact(keys: readonly CompactKey[], written: string, flag: string): Record<string, unknown> {
  // A reference to a key of a secret is also written as a path; names hold no slash.
  const separator = keys.length === 2 && !written.includes(":") && written.includes("/") ? "/" : ":";
  const parts = written.split(separator);
  const least = keys.filter((k) => !k.optional).length;
  if (parts.length < least || parts.some((p, i) => p === "" && i < least))
    throw usage(`${flag} ${written} is not understood.`, `It is written ${placeholderOf(keys)}.`);
  const values =
    parts.length > keys.length
      ? [...parts.slice(0, keys.length - 1), parts.slice(keys.length - 1).join(separator)]
      : parts;
  return Object.fromEntries(
    values.flatMap((value, i) => {
      const key = keys[i];
      return key ? [[key.name, coerce(key.schema, value, flag)]] : [];
    }),
  );
}

/** `key=value`; the value may hold further `=`. @throws Failure usage */
export function keyValue(typed: string, flag: string): [string, string] {
  const at = typed.indexOf("=");
  if (at <= 0) throw usage(`${flag} ${typed} is not key=value.`);
  return [typed.slice(0, at), typed.slice(at + 1)];
}

function json(written: string, flag: string): unknown {
  try {
    return JSON.parse(written);
  } catch (error) {
    throw usage(`${flag} is not valid JSON: ${(error as Error).message}`);
  }
}

/** Only the fields that were given. */
export function specFrom(
  fields: readonly FieldFlag[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const spec: Record<string, unknown> = {};
  for (const { path, schema } of fields) {
    const typed = given[path.join(".")];
    if (typed === undefined || (Array.isArray(typed) && typed.length === 0)) continue;
    let at = spec;
    for (const key of path.slice(0, -1)) {
      const inner = (at[key] as Record<string, unknown> | undefined) ?? {};
      at[key] = inner;
      at = inner;
    }
    at[path.at(-1) ?? ""] = coerce(schema, typed, flagName(path));
  }
  return spec;
}
