/** Turns zod's issues into faults for people: the path, the expected and the given value, and a suggestion. */
import { z } from "zod";
import type { Fault } from "../protocol/errors.ts";
import { metaOf } from "./field.ts";
import { childSchemas, optionSchemas } from "./kind.ts";
import { near } from "./near.ts";

type Path = readonly PropertyKey[];

export interface Told {
  /** Further valid names at the top level. */
  alsoKnown?: readonly string[];
  /** Top-level fields whose values must not appear in messages. */
  hidden?: ReadonlySet<string> | "all";
}

/** Maximum number of reported faults, so that a million mistakes don't cause a million messages. */
const mostFaults = 100;

/** zod's message for a union without a message of its own. */
const anyUnion = "Invalid input";

/** One fault for each issue, or for each unknown field; at most `mostFaults`. */
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
 * For a union of objects: the issues of the option that fits best. Undefined if the union has a message of
 * its own, or if the value is not an object and no option fits.
 */
function nearestOption(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  if (issue.message !== anyUnion) return undefined;
  const options = issue.errors.filter((issues) => issues.every((i) => i.code !== "invalid_type" || i.path.length > 0));
  const [nearest] = options.toSorted((x, y) => x.length - y.length);
  return nearest?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** One line with the first fault, its suggestion, and the number of further faults. */
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
      // zod calls a JSON object with free keys a record.
      const expected = issue.expected === "record" ? "object" : issue.expected;
      if (value === undefined) return { message: "is required", expected };
      // 1e400 is valid JSON, but becomes Infinity.
      const given =
        typeof value === "number" && !Number.isFinite(value) ? "a number that is too large" : typeName(value);
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

/** Extracts the expectation: "Too big: expected string to have <=1024 characters", "must be an http or https URL". */
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

/** Names of the fields that the schema has at this path, in any option of a union. */
function fieldsAt(schema: z.ZodType, path: Path): string[] {
  const names = schemasAt(schema, path).flatMap(optionSchemas).flatMap(childSchemas);
  return [...new Set(names.map(([name]) => name))].filter((n) => n !== "[]" && n !== "*");
}

/** The reason why this value is refused, if the schema has one. */
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

/** The type of a value or, for a scalar, the shortened value. */
function shown(value: unknown, hide: boolean): string {
  if (hide || typeof value === "object" || value === undefined) return typeName(value);
  return JSON.stringify(typeof value === "string" ? clip(withoutUserinfo(value)) : value) ?? typeName(value);
}

/** Maximum length of the searched text: no URL is longer, and the search needs quadratic time. */
const longestSearched = 2048;

/** Removes a password from a URL, because people paste errors into tickets (RFC 3986, 3.2.1). */
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
