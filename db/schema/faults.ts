/** What zod says about a document, as faults that a person can mend: where, what was expected, what was given, a near spelling. */
import { z } from "zod";
import type { Fault } from "../protocol/errors.ts";
import { metaOf } from "./field.ts";
import { childSchemas, optionSchemas } from "./kind.ts";
import { near } from "./near.ts";

type Path = readonly PropertyKey[];

export interface Told {
  /** Names beside the schema's own that are known at the top. */
  alsoKnown?: readonly string[];
  /** Top-level fields whose values are never repeated. */
  hidden?: ReadonlySet<string> | "all";
}

/** Nobody mends more at once, and whoever sends a million mistakes must not get a million explanations. */
const mostFaults = 100;

/** What zod says of a union that has no words of its own. */
const anyUnion = "Invalid input";

/** Every issue as one fault, or one for each unknown field; the first hundred. */
export function faultsOf(schema: z.ZodType, issues: readonly z.core.$ZodIssue[], input: unknown, told: Told): Fault[] {
  const faults = issues.slice(0, mostFaults).flatMap((issue): Fault[] => {
    const value = valueAt(input, issue.path);
    const meant = issue.code === "invalid_union" ? nearestOption(issue) : undefined;
    if (meant) return faultsOf(schema, meant, input, told);
    const hide = told.hidden === "all" || (told.hidden?.has(String(issue.path[0])) ?? false);
    if (issue.code === "unrecognized_keys")
      return issue.keys.slice(0, mostFaults).map((key) => unknownField(schema, issue.path, key, told));
    const refused = typeof value === "string" ? refusal(schema, issue.path, value) : undefined;
    if (refused) return [{ path: z.core.toDotPath(issue.path), message: refused, given: shown(value, hide) }];
    return [{ path: z.core.toDotPath(issue.path), ...describe(issue, value, hide) }];
  });
  return faults.slice(0, mostFaults);
}

/**
 * Of a union of objects, what is wrong with the option that is nearest to what was given; undefined where the union has words of
 * its own, or where a value that is no object is none of several kinds.
 */
function nearestOption(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  if (issue.message !== anyUnion) return undefined;
  const options = issue.errors.filter((issues) => issues.every((i) => i.code !== "invalid_type" || i.path.length > 0));
  const [nearest] = options.toSorted((x, y) => x.length - y.length);
  return nearest?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** One line that names the first fault, its near spelling, and how many more there are. */
export function summary(faults: readonly Fault[]): string {
  const [first, ...others] = faults;
  if (!first) return "The document is not valid.";
  const hint = first.suggestion ? `; did you mean ${JSON.stringify(first.suggestion)}?` : "";
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${first.path ? `${first.path}: ` : ""}${first.message}${hint}${more}`;
}

function unknownField(schema: z.ZodType, path: Path, key: string, told: Told): Fault {
  const known = [...fieldsAt(schema, path), ...(path.length === 0 ? (told.alsoKnown ?? []) : [])];
  const suggestion = near(key, known);
  return {
    path: z.core.toDotPath([...path, key]),
    message: "unknown field",
    expected: known.length > 0 ? `one of ${known.join(", ")}` : "no fields",
    ...(suggestion ? { suggestion } : {}),
  };
}

function describe(issue: z.core.$ZodIssue, value: unknown, hide: boolean): Omit<Fault, "path"> {
  switch (issue.code) {
    case "invalid_type": {
      // A record is JSON's object; what says so is a library.
      const expected = issue.expected === "record" ? "object" : issue.expected;
      if (value === undefined) return { message: "is required", expected };
      // JSON knows no such number, but 1e400 is written so.
      const given = typeof value === "number" && !Number.isFinite(value) ? "one too great" : typeName(value);
      return { message: `expected ${a(expected)}, given ${given}`, expected, given };
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      return oneOf(values, value, hide);
    }
    case "invalid_union": {
      if ("options" in issue && Array.isArray(issue.options)) return oneOf(issue.options.map(String), value, hide);
      return { message: lower(issue.message), expected: expectation(issue.message), given: shown(value, hide) };
    }
    case "invalid_key": {
      const why = issue.issues[0]?.message ?? issue.message;
      return {
        message: `the key ${JSON.stringify(clip(String(issue.path.at(-1))))} is not valid: ${lower(why)}`,
        expected: expectation(why),
        given: JSON.stringify(clip(String(issue.path.at(-1)))),
      };
    }
    default:
      return { message: lower(issue.message), expected: expectation(issue.message), given: shown(value, hide) };
  }
}

/** "Too big: expected string to have <=1024 characters", "must be an http or https URL" → what would do. */
const expectation = (message: string): string =>
  lower(message)
    .replace(/^[^:]*: expected /, "")
    .replace(/^must (be|have) /, "");

function oneOf(values: readonly string[], value: unknown, hide: boolean): Omit<Fault, "path"> {
  const expected = values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.join(", ")}`;
  if (value === undefined) return { message: `is required: ${expected}`, expected };
  const suggestion = typeof value === "string" ? near(value, values) : undefined;
  return {
    message: `expected ${expected}`,
    expected,
    given: shown(value, hide),
    ...(suggestion ? { suggestion } : {}),
  };
}

/** Names of the fields that the schema knows at this place, whatever option of a union is meant. */
function fieldsAt(schema: z.ZodType, path: Path): string[] {
  const names = schemasAt(schema, path).flatMap(optionSchemas).flatMap(childSchemas);
  return [...new Set(names.map(([name]) => name))].filter((n) => n !== "[]" && n !== "*");
}

/** Why this very value is not possible, where the schema knows. */
function refusal(schema: z.ZodType, path: Path, value: string): string | undefined {
  for (const s of schemasAt(schema, path)) {
    const { refused } = metaOf(s);
    if (refused && Object.hasOwn(refused, value)) return refused[value];
  }
  return undefined;
}

function schemasAt(schema: z.ZodType, path: Path): readonly z.core.$ZodType[] {
  let here: readonly z.core.$ZodType[] = [schema];
  for (const key of path) {
    const names = typeof key === "number" ? ["[]"] : [String(key), "*"];
    here = here
      .flatMap(optionSchemas)
      .flatMap(childSchemas)
      .filter(([name]) => names.includes(name))
      .map(([, child]) => child);
  }
  return here;
}

function valueAt(input: unknown, path: Path): unknown {
  let v = input;
  for (const key of path) {
    if (typeof v !== "object" || v === null || !Object.hasOwn(v, key)) return undefined;
    v = Reflect.get(v, key);
  }
  return v;
}

/** Type, and for scalars the value, shortened. */
function shown(value: unknown, hide: boolean): string {
  if (hide || typeof value === "object" || value === undefined) return typeName(value);
  return JSON.stringify(typeof value === "string" ? clip(withoutUserinfo(value)) : value) ?? typeName(value);
}

/** Longest text that is looked through: no URL is longer, and the search takes the square of its length. */
const longestSearched = 2048;

/** A password that somebody put into a URL must not come back in an error, which is pasted into tickets (RFC 3986, 3.2.1). */
function withoutUserinfo(text: string): string {
  return text.slice(0, longestSearched).replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi, "$1…@");
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  return a(typeof value);
}

const a = (noun: string) => (/^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`);
const clip = (s: string) => (s.length > 40 ? `${s.slice(0, 40).toWellFormed()}…` : s);
const lower = (s: string) => s.charAt(0).toLowerCase() + s.slice(1);
