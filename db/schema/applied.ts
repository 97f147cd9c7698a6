/**
 * Three-way apply: what a manifest makes of a resource, given the fields that apply set the last time. Pure; the edge writes
 * with it, and the command line plans and diffs with the same.
 *
 * Ownership is a set of paths, not a copy of the document: it holds no value, so it can leak none, and stays small.
 */
import { z } from "zod";
import { envelope, reported } from "../kinds/index.ts";
import { unwrap } from "./field.ts";
import { isRequired, type Kind, writeOnlyFields } from "./kind.ts";
import { shapeOf } from "./shape.ts";
import { isObject } from "./validate.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Applied {
  /** Labels and spec as they are to be, before defaults. Write-only fields are there where the manifest gives them. */
  next: Record<string, unknown>;
  /** Fields that apply set now, sorted. */
  paths: string[];
}

/** Every manifest sets it and none takes it away, so that what apply made is never without an owned field. */
const NAME = "name";

/**
 * Fields of the manifest are set; fields that apply set before and that the manifest no longer has go; what apply never set
 * is left alone; `null` takes a field away, but is a value where any JSON may stand. Objects are merged, lists and everything
 * else are replaced whole.
 *
 * @param current as shown: flat, with defaults. Undefined where it is new.
 * @param before the paths of the last apply.
 * @param manifest as a person wrote it. What the system reports is ignored.
 */
export function applied(
  kind: Pick<Kind, "spec">,
  current: Fields | undefined,
  before: readonly string[],
  manifest: Fields,
): Applied {
  const paths = new Set([NAME]);
  const merge = merger(new Set(before), paths);
  const hidden = new Set(writeOnlyFields(kind));
  const next = new Map<string, unknown>();
  const wanted = new Map(Object.entries(manifest).filter(([field]) => !besides.has(field)));
  const fields = ["labels", ...Object.keys(kind.spec.shape)];
  for (const field of new Set([...fields, ...wanted.keys()])) {
    const given = wanted.get(field);
    // Left out, a value that nobody can read back stays; the edge says no to taking it away.
    if (hidden.has(field) && (given === undefined || (given === null && !current))) continue;
    if (hidden.has(field)) paths.add(field);
    // What the schema does not know is for validation to refuse, or a field of a former version; nobody owns it.
    const asGiven = hidden.has(field) || !fields.includes(field);
    const value = asGiven ? given : merge(schemaOf(kind, field), at(current, field), given, field);
    if (value !== undefined) next.set(field, value);
  }
  return { next: Object.fromEntries(next), paths: [...paths].sort() };
}

/** Paths that remain apply's when somebody else writes: those of fields that are still there. */
export function stillApplied(kind: Pick<Kind, "spec">, before: readonly string[], now: Fields): string[] {
  const there = new Set([NAME, ...writeOnlyFields(kind)]);
  for (const field of ["labels", ...Object.keys(kind.spec.shape)])
    collect(schemaOf(kind, field), at(now, field), field, there);
  return before.filter((path) => there.has(path));
}

/**
 * Without the fields that `null` takes away: what a schema can look at. A `null` within any JSON is a value and stays, as does one
 * that stands for what no field is called, for validation to refuse.
 */
export function withoutNulls(kind: Pick<Kind, "spec">, body: Fields): Record<string, unknown> {
  const kept = Object.entries(body).flatMap(([field, value]) => {
    const left = strip(schemaOf(kind, field), value);
    return left === undefined ? [] : [[field, left]];
  });
  return Object.fromEntries(kept);
}

function strip(schema: Schema, value: unknown): unknown {
  if (value === null) return keepsNull(schema) ? null : undefined;
  if (!isBranch(schema, value)) return value;
  const kept = Object.entries(value).flatMap(([key, child]) => {
    const left = strip(childOf(schema, key), child);
    return left === undefined ? [] : [[key, left]];
  });
  return Object.fromEntries(kept);
}

/** What stands beside labels and spec in a flat body. */
const besides = new Set<string>([...reported, ...Object.keys(envelope.shape).filter((f) => f !== "labels")]);

type Schema = z.core.$ZodType | undefined;

function merger(before: ReadonlySet<string>, paths: Set<string>) {
  return function merge(schema: Schema, now: unknown, wanted: unknown, path: string): unknown {
    if (wanted === null && !keepsNull(schema)) return undefined;
    if (wanted === undefined) return release(schema, now, path);
    if (!isBranch(schema, wanted) || Object.keys(wanted).length === 0) {
      paths.add(path);
      // An empty object asks for the object to be there, not for its fields to go; those that apply set go all the same.
      return isBranch(schema, wanted) && isBranch(schema, now) ? (release(schema, now, path) ?? wanted) : wanted;
    }
    const held = isBranch(schema, now) ? now : {};
    const out = new Map<string, unknown>();
    for (const key of new Set([...Object.keys(held), ...Object.keys(wanted)])) {
      const value = merge(childOf(schema, key), at(held, key), at(wanted, key), step(path, key));
      if (value !== undefined) out.set(key, value);
    }
    return Object.fromEntries(out);
  };

  /** What is left of a field that the manifest does not have. */
  function release(schema: Schema, now: unknown, path: string): unknown {
    if (now === undefined) return undefined;
    if (!isBranch(schema, now) || Object.keys(now).length === 0) return before.has(path) ? undefined : now;
    const out = new Map<string, unknown>();
    for (const [key, held] of Object.entries(now)) {
      const child = childOf(schema, key);
      const value = release(child, held, step(path, key));
      if (value !== undefined) out.set(key, value);
      // Without what it must have, nothing can be made of the rest.
      else if (child && unwrap(schema as z.core.$ZodType) instanceof z.ZodObject && isRequired(child)) return undefined;
    }
    return out.size === 0 ? undefined : Object.fromEntries(out);
  }
}

function collect(schema: Schema, value: unknown, path: string, into: Set<string>): void {
  if (value === undefined) return;
  into.add(path);
  if (isBranch(schema, value))
    for (const [key, child] of Object.entries(value)) collect(childOf(schema, key), child, step(path, key), into);
}

/** Objects with fields or keys of their own are merged; one of a union is a whole: halves of two options are neither. */
function isBranch(schema: Schema, value: unknown): value is Record<string, unknown> {
  if (!schema || !isObject(value)) return false;
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject || inner instanceof z.ZodRecord;
}

/** Where whatever JSON can say is a value, and where no field is: that is for validation to refuse. */
const keepsNull = (schema: Schema): boolean => schema === undefined || shapeOf(schema).is === "anything";

function schemaOf(kind: Pick<Kind, "spec">, field: string): Schema {
  return field === "labels" ? envelope.shape.labels : childOf(kind.spec, field);
}

function childOf(schema: Schema, key: string): Schema {
  if (!schema) return undefined;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, key) ? inner.shape[key] : undefined;
  return inner instanceof z.ZodRecord ? inner.valueType : undefined;
}

const at = (fields: Fields | undefined, key: string): unknown =>
  fields && Object.hasOwn(fields, key) ? fields[key] : undefined;

/** `timeouts.idle`, `labels["example.com/team"]`: one way to write each path, so that paths are compared as text. */
const step = (path: string, key: string): string =>
  /^[A-Za-z0-9_-]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
