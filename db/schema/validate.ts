/** A body as somebody wrote it → a document that can be stored, or all that is wrong with it. Pure; the edge and the CLI share it. */
import { z } from "zod";
import { envelope, findKind, reported } from "../kinds/index.ts";
import type { Fault } from "../protocol/errors.ts";
import { faultsOf } from "./faults.ts";
import { type Kind, writeOnlyFields } from "./kind.ts";
import { ruleFaults } from "./rules.ts";
import { isSound } from "./sound.ts";

export { isSound } from "./sound.ts";

export interface Document {
  /** Absent where the body names none: the path does. */
  name: string | undefined;
  /** Undefined where the body says nothing about labels. */
  labels: Record<string, string> | undefined;
  /** Parsed, with defaults, without write-only fields. */
  spec: Record<string, unknown>;
  /** Write-only fields that were given. */
  given: Record<string, unknown>;
  /** `_options` that were set, by name as written: `_skipAuthCheck`. */
  options: Record<string, boolean>;
  /** Fields of former versions that the body had, each with why it is gone. They are not in the spec. */
  retired: Readonly<Record<string, string>>;
}

export type Validated = { ok: true; document: Document } | { ok: false; faults: Fault[] };

export interface Expectation {
  /** The body must name the resource. */
  nameRequired?: boolean;
  /** Names of `_options` that the body may hold. */
  options?: readonly string[];
}

/** Nothing that a kind describes is deeper; more is an attack on whatever walks it. */
const deepest = 32;
/** Values in one document. A group of 10,000 members has as many; a million wrong ones would be a million explanations in memory. */
const mostValues = 50_000;

const { name: nameSchema, labels: labelsSchema } = envelope.shape;

export function validate(kind: Kind, body: unknown, { nameRequired, options = [] }: Expectation = {}): Validated {
  if (!isObject(body))
    return { ok: false, faults: [{ path: "", message: "expected an object with the resource's fields" }] };
  const unsound = unsoundness(body);
  if (unsound) return { ok: false, faults: [unsound] };

  const faults: Fault[] = [];
  const fields: Record<string, unknown> = {};
  const chosen: Record<string, boolean> = {};
  const retired = retiredIn(kind, body);
  for (const [key, value] of Object.entries(body)) {
    if (envelopeFields.has(key) || reportedFields.has(key) || Object.hasOwn(retired, key)) continue;
    if (!options.includes(key)) fields[key] = value;
    else if (typeof value === "boolean") chosen[key] = value;
    else faults.push({ path: key, message: "expected true or false", expected: "boolean" });
  }

  const { kind: given } = body;
  if (given !== undefined && !(typeof given === "string" && findKind(given)?.name === kind.name))
    faults.push({
      path: "kind",
      message: `this is the place of kind ${kind.name}`,
      expected: kind.name,
      ...(typeof given === "string" ? { given: JSON.stringify(given.slice(0, 40)) } : {}),
    });
  const told = { alsoKnown: [...envelopeFields, ...options], hidden: new Set(writeOnlyFields(kind)) };
  const part = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    faults.push(...faultsOf(schema, parsed.error.issues, value, told));
    return undefined;
  };
  const names = z.object({ name: nameRequired ? nameSchema : nameSchema.optional(), labels: labelsSchema });
  const head = part(names, { name: body["name"], labels: body["labels"] });
  const spec = part(kind.spec, fields);
  if (faults.length > 0 || !head || !spec) return { ok: false, faults };
  const broken = ruleFaults(kind, spec);
  if (broken.length > 0) return { ok: false, faults: broken };
  const { spec: stored, given: writeOnly } = split(kind, spec);
  return {
    ok: true,
    document: { name: head.name, labels: head.labels, spec: stored, given: writeOnly, options: chosen, retired },
  };
}

/** Fields of former versions in a body, each with why it is gone. */
export function retiredIn({ retired = {} }: Pick<Kind, "retired">, body: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(retired).filter(([field]) => Object.hasOwn(body, field)));
}

const envelopeFields = new Set(Object.keys(envelope.shape));
const reportedFields = new Set<string>(reported);

function split(kind: Kind, parsed: Record<string, unknown>) {
  const hidden = new Set(writeOnlyFields(kind));
  const spec: Record<string, unknown> = {};
  const given: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(parsed))
    if (value !== undefined) (hidden.has(field) ? given : spec)[field] = value;
  return { spec, given };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What no store can hold or no program should touch, wherever in the document it stands. */
export function unsoundness(document: unknown): Fault | undefined {
  let values = 0;
  const look = (value: unknown, path: string, depth: number): Fault | undefined => {
    if (++values > mostValues) return { path: "", message: `holds more than ${mostValues} values` };
    if (typeof value === "string")
      return isSound(value)
        ? undefined
        : {
            path,
            message: "contains a NUL character or half a surrogate pair",
            expected: "well-formed text without NUL",
          };
    if (typeof value !== "object" || value === null) return undefined;
    if (depth >= deepest) return { path: path.slice(0, 80), message: `is nested more than ${deepest} deep` };
    for (const key in value) {
      const at = Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
      if (key === "__proto__") return { path: at, message: "no field is called so" };
      if (!isSound(key)) return { path, message: "a key contains a NUL character or half a surrogate pair" };
      const found = look(Reflect.get(value, key), at, depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  return look(document, "", 0);
}
