/** Zod's issues as faults for people: where, what was expected, what was given, and a near spelling. */
import { z } from "zod";
import type { Fault } from "#db/protocol/errors";
import { near as nearest } from "#db/schema/near";
import { shapeOf } from "#db/schema/shape";

/** A fault and the place it is at, for finding the line in a file. */
export interface PlacedFault extends Fault {
  at: readonly PropertyKey[];
  /** The field is simply not there; another document or the edge may have it. */
  missing: boolean;
  /** Where a file says it, what is written is told rather than what was read. */
  read?: Read;
}

/** What a word was taken for. */
export interface Read {
  read: "number" | "boolean" | "null" | undefined;
  /** It should have been a text. */
  text: boolean;
}

export function faultsOf(schema: z.core.$ZodType, value: unknown): PlacedFault[] {
  const result = z.safeParse(schema, value);
  return result.success ? [] : result.error.issues.flatMap((issue) => fromIssue(issue, schema, value));
}

function fromIssue(issue: z.core.$ZodIssue, schema: z.core.$ZodType, value: unknown): PlacedFault[] {
  const given = valueAt(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = fieldsAt(schema, issue.path);
    return issue.keys.map((key) => {
      const suggestion = nearest(key, known);
      return {
        at: [...issue.path, key],
        path: dotPath([...issue.path, key]),
        message: "is not a field",
        missing: false,
        ...(suggestion ? { suggestion } : {}),
      };
    });
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The option that got furthest is the one that was meant.
    const deepest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
    if (depth(deepest) > 0)
      return deepest.flatMap((inner) => fromIssue({ ...inner, path: [...issue.path, ...inner.path] }, schema, value));
  }
  const text = issue.code === "invalid_type" && issue.expected === "string";
  const missing = given === undefined && issue.path.length > 0;
  const expected = expectedBy(issue);
  const suggestion = suggested(issue, given);
  const base = { at: issue.path, path: dotPath(issue.path), missing };
  if (missing) return [{ ...base, message: expected ? `is missing: expected ${expected}` : "is missing" }];
  return [
    {
      ...base,
      message: issue.message,
      ...(expected ? { expected, given: describeValue(given) } : {}),
      ...(suggestion ? { suggestion } : {}),
      ...(expected && isNoText(given) ? { read: { read: typeOf(given), text } } : {}),
    },
  ];
}

/** What was meant, perhaps: a near spelling, or the same value as the type that it has to have. */
function suggested(issue: z.core.$ZodIssue, given: unknown): string | undefined {
  if (issue.code === "invalid_type") {
    // YAML takes `1` and `true` for no texts, and `"5"` for no number.
    if (issue.expected === "string" && ["number", "boolean"].includes(typeof given)) return `"${String(given)}"`;
    const number = typeof given === "string" && given.trim() !== "" ? Number(given) : Number.NaN;
    return ["number", "int"].includes(issue.expected) && Number.isFinite(number) ? String(number) : undefined;
  }
  return typeof given === "string" ? nearest(given, wordsOf(issue)) : undefined;
}

function wordsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  const oneOf: unknown = issue.code === "custom" ? issue.params?.["oneOf"] : undefined;
  return Array.isArray(oneOf) ? oneOf.map(String) : [];
}

/** Types as `explain` calls them. */
const typeNames: Readonly<Record<string, string>> = { int: "integer", array: "list", record: "map" };

const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(0, ...issues.map((i) => i.path.length));

function expectedBy(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(", ")}`;
    case "custom": {
      const words = wordsOf(issue);
      return words.length > 0 ? `one of ${words.join(", ")}` : undefined;
    }
    default:
      return undefined;
  }
}

/** `timeouts.firstByte`, `bindings[0].role`. */
export function dotPath(path: readonly PropertyKey[]): string {
  let out = "";
  for (const key of path) out += typeof key === "number" ? `[${key}]` : `${out ? "." : ""}${String(key)}`;
  return out;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let v = value;
  for (const key of path) {
    if (typeof v !== "object" || v === null) return undefined;
    v = (v as Record<PropertyKey, unknown>)[key];
  }
  return v;
}

function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let found: z.core.$ZodType[] = [schema];
  const options = (s: z.core.$ZodType): z.core.$ZodType[] => {
    const shape = shapeOf(s);
    return shape.is === "either" ? shape.of.flatMap(options) : [s];
  };
  for (const key of path)
    found = found.flatMap(options).flatMap((s) => {
      const shape = shapeOf(s);
      if (shape.is === "object") return shape.fields[String(key)] ?? [];
      return shape.is === "list" || shape.is === "map" ? [shape.of] : [];
    });
  return found.flatMap(options).flatMap((s) => {
    const shape = shapeOf(s);
    return shape.is === "object" ? Object.keys(shape.fields) : [];
  });
}

/** A word of YAML that is no text. */
export const isNoText = (value: unknown): boolean => typeOf(value) !== undefined;

export function typeOf(value: unknown): Read["read"] {
  if (value === null) return "null";
  if (typeof value === "bigint") return "number";
  return typeof value === "number" || typeof value === "boolean" ? (typeof value as "number" | "boolean") : undefined;
}

/** `the number 123`: of what looks like a text and is none. */
export const describeValue = (value: unknown): string =>
  typeof value === "number" || typeof value === "boolean" ? `the ${typeof value} ${shown(value)}` : shown(value);

/** A given value, short enough for one line. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
