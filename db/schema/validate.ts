/** Validates a body: returns a document that can be stored, or all faults. Pure; the edge and the CLI share it. */
import { z } from "zod";
import { envelope, findKind, reported } from "../kinds/index.ts";
import type { Fault } from "../protocol/errors.ts";
import { faultsOf } from "./faults.ts";
import { type Kind, writeOnlyFields } from "./kind.ts";
import { ruleFaults } from "./rules.ts";
import { isSound } from "./sound.ts";

export { isSound } from "./sound.ts";

export interface Document {
  /** Undefined if the body has no name; then the path has it. */
  name: string | undefined;
  /** Undefined if the body has no labels. */
  labels: Record<string, string> | undefined;
  /** Parsed, with defaults, without write-only fields. */
  spec: Record<string, unknown>;
  /** Write-only fields of the body. */
  given: Record<string, unknown>;
  /** `_options` of the body, such as `_skipAuthCheck`. */
  options: Record<string, boolean>;
  /** Fields of earlier versions in the body, with the reason for their removal. They are not in the spec. */
  retired: Readonly<Record<string, string>>;
}

export type Validated = { ok: true; document: Document } | { ok: false; faults: Fault[] };

export interface Expectation {
  /** Whether the body must have a name. */
  nameRequired?: boolean;
  /** Names of `_options` that the body may contain. */
  options?: readonly string[];
}

/** Maximum nesting. No kind needs more; deeper documents could overflow recursive code. */
const deepest = 32;
/** Maximum number of values in one document. A group can have 10,000 members; a million faults would fill the memory. */
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
      message: `must be ${kind.name} here`,
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

/** Fields of earlier versions in a body, with the reason for their removal. */
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

/** The first value anywhere in the document that the store can't hold or that is unsafe. */
export function unsoundness(document: unknown): Fault | undefined {
  let values = 0;
  const look = (value: unknown, path: string, depth: number): Fault | undefined => {
    if (++values > mostValues) return { path: "", message: `contains more than ${mostValues} values` };
    if (typeof value === "string")
      return isSound(value)
        ? undefined
        : {
            path,
            message: "contains a NUL character or half a surrogate pair",
            expected: "well-formed text without NUL",
          };
    if (typeof value !== "object" || value === null) return undefined;
    if (depth >= deepest) return { path: path.slice(0, 80), message: `is nested more than ${deepest} levels deep` };
    for (const key in value) {
      const at = Array.isArray(value) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
      if (key === "__proto__") return { path: at, message: "is not a valid field name" };
      if (!isSound(key)) return { path, message: "a key contains a NUL character or half a surrogate pair" };
      const found = look(Reflect.get(value, key), at, depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  return look(document, "", 0);
}
