/**
 * Three-way apply: merges a manifest into a resource, given the fields that the last apply set. Pure. The edge uses it for
 * writes, the command line for plans and diffs.
 *
 * Ownership is a set of paths, not a copy of the document: it contains no values, so it can't leak them, and it is small.
 */
import { z } from "zod";
import { envelope, reported } from "../kinds/index.ts";
import { unwrap } from "./field.ts";
import { isRequired, type Kind, writeOnlyFields } from "./kind.ts";
import { shapeOf } from "./shape.ts";
import { isObject } from "./validate.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Applied {
  /** The new labels and spec, without defaults. Write-only fields are included if the manifest has them. */
  next: Record<string, unknown>;
  /** Paths of the fields that this apply sets, sorted. */
  paths: string[];
}

/** Every manifest sets it and none removes it, so a resource that apply created always has an owned field. */
const NAME = "name";

/**
 * Sets the fields of the manifest, removes those that the last apply set and that the manifest no longer has, and keeps those that
 * apply never set. `null` removes a field, but is a value in free JSON. Objects are merged; lists and all other
 * values are replaced.
 *
 * @param current the flat resource with defaults; undefined if it is new
 * @param before the paths of the last apply
 * @param manifest as a person wrote it; reported fields are ignored
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
    // A write-only field that is not in the manifest stays; the edge refuses to remove it.
    if (hidden.has(field) && (given === undefined || (given === null && !current))) continue;
    if (hidden.has(field)) paths.add(field);
    // An unknown field is refused by validation, or belongs to an earlier version; apply does not own it.
    const asGiven = hidden.has(field) || !fields.includes(field);
    const value = asGiven ? given : merge(schemaOf(kind, field), at(current, field), given, field);
    if (value !== undefined) next.set(field, value);
  }
  return { next: Object.fromEntries(next), paths: [...paths].sort() };
}

/** Paths that apply still owns after another write: those of fields that still exist. */
export function stillApplied(kind: Pick<Kind, "spec">, before: readonly string[], now: Fields): string[] {
  const there = new Set([NAME, ...writeOnlyFields(kind)]);
  for (const field of ["labels", ...Object.keys(kind.spec.shape)])
    collect(schemaOf(kind, field), at(now, field), field, there);
  return before.filter((path) => there.has(path));
}

/**
 * Removes the fields that are `null`, so that a schema can validate the rest. `null` in free JSON is a value and stays. So does
 * `null` in an unknown field, which validation refuses.
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

/** Fields of a flat body that are neither labels nor spec. */
const besides = new Set<string>([...reported, ...Object.keys(envelope.shape).filter((f) => f !== "labels")]);

type Schema = z.core.$ZodType | undefined;

function merger(before: ReadonlySet<string>, paths: Set<string>) {
  return function merge(schema: Schema, now: unknown, wanted: unknown, path: string): unknown {
    if (wanted === null && !keepsNull(schema)) return undefined;
    if (wanted === undefined) return release(schema, now, path);
    if (!isBranch(schema, wanted) || Object.keys(wanted).length === 0) {
      paths.add(path);
      // An empty object keeps the existing object, but the fields that apply set before are removed.
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

  /** The rest of a field that is not in the manifest. */
  function release(schema: Schema, now: unknown, path: string): unknown {
    if (now === undefined) return undefined;
    if (!isBranch(schema, now) || Object.keys(now).length === 0) return before.has(path) ? undefined : now;
    const out = new Map<string, unknown>();
    for (const [key, held] of Object.entries(now)) {
      const child = childOf(schema, key);
      const value = release(child, held, step(path, key));
      if (value !== undefined) out.set(key, value);
      // Without a required field, the rest of the object is invalid.
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

/** Objects and maps are merged. An object of a union is replaced, because a mixture of two options would be invalid. */
function isBranch(schema: Schema, value: unknown): value is Record<string, unknown> {
  if (!schema || !isObject(value)) return false;
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject || inner instanceof z.ZodRecord;
}

/** Whether `null` stays: in free JSON, and in unknown fields, which validation refuses. */
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

/** `timeouts.idle`, `labels["example.com/team"]`: a unique notation, so that paths can be compared as text. */
const step = (path: string, key: string): string =>
  /^[A-Za-z0-9_-]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
