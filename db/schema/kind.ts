/**
 * A kind is one record: the fields that people write (`spec`), the fields that the system reports (`status`), its names and its rights.
 * Tables, routes, OpenAPI, validation, `explain`, flags, columns, apply order and documentation are loops over kinds.
 */
import { z } from "zod";
import type { Role } from "../kinds/parts/grants.ts";
import type { Fault } from "../protocol/errors.ts";
import type { Action } from "./action.ts";
import { type FieldMeta, metaOf, unwrap } from "./field.ts";

export type Verb = "get" | "create" | "edit" | "delete";

/**
 * Where a kind's rows are. `table`: in a table derived from this description. `elsewhere`: in another table, which a
 * source in edge/kinds reads; such a kind is never created or edited by hand.
 */
export type Place = "table" | "elsewhere";

/** Access to rows that belong to a user. A row that the caller may not access looks as if it did not exist. */
export interface Owned {
  /** Role on the kind's permission that the caller's own rows need. Absent: every authenticated caller may access them. */
  own?: Role;
  /** Role on the kind's permission that gives access to the rows of others, by their owner's name. Absent: nobody has access. */
  others?: Role;
}

export interface Kind {
  /** Singular, as in `mcpctl get llm`. A DNS label. */
  name: string;
  plural: string;
  shortNames: readonly string[];
  /** One sentence for people. */
  about: string;
  spec: z.ZodObject;
  status: z.ZodObject;
  /** Resource name in RBAC bindings. */
  permission: string;
  /** Allowed verbs; default all. A read-only kind has only `get`, an immutable one has no `edit`. */
  verbs: readonly Verb[];
  /** Name of the spec field that refers to the parent. Names are unique within it, and it cascades deletions. */
  scope?: string;
  /** A unique field that can be used instead of the name: `email` of the spec, `status.hash` of the status. */
  alternateKey?: string;
  /** A boolean field that at most one row may have true. */
  exactlyOne?: string;
  /** The rights on the parent apply: a binding that names a parent also applies to its children. */
  governedByParent?: true;
  /** Reference fields that have a list below their target: `project` gives `/projects/:project/prompts`. */
  nested: readonly string[];
  /** Of each group of spec fields, at most one is set. A constraint of the store enforces it too. */
  atMostOneOf: readonly (readonly string[])[];
  /** Of each group of spec fields, exactly one is set. A constraint of the store enforces it too. */
  oneOf: readonly (readonly string[])[];
  /** Checks that involve several fields. @returns all faults of a parsed spec */
  rules?: (spec: Record<string, unknown>) => Fault[];
  /** Short scalar fields for selective queries: each has an index that also sorts by name. */
  selectedBy: readonly string[];
  /** Further unique fields; `a.b` is within `a`. */
  unique?: readonly string[];
  /** Lists of objects in the spec that are searched by the content of their elements. */
  searched?: readonly string[];
  /** Further operations, by verb. */
  actions: Readonly<Record<string, Action>>;
  stored: Place;
  owned?: Owned;
  /** Rows are events: lists start with the newest, and accept `since` and `until`. */
  timeline?: true;
  /** Fields for selecting and sorting; default: every scalar. */
  selectable?: readonly string[];
  /** Fields of earlier versions, with the reason for their removal. They are dropped from documents with a warning. */
  retired?: Readonly<Record<string, string>>;
  /** For an immutable kind: values of `status.state` in which the resource is useless, and `apply` creates a new one. */
  spent?: readonly string[];
  /** Further kinds whose rows change with a write to this kind. Their watches are notified too. */
  alsoWrites?: readonly string[];
  /** Table columns: heading → path into the resource. */
  columns: Readonly<Record<string, string>>;
  /** Further columns of `-o wide`. */
  wide: Readonly<Record<string, string>>;
}

type Actions = Kind["actions"];

type Described<
  N extends string,
  S extends z.ZodObject,
  T extends z.ZodObject,
  P extends Place,
  A extends Actions,
> = Pick<Kind, "plural" | "about" | "columns"> &
  Partial<Omit<Kind, "name" | "spec" | "status" | "stored" | "rules" | "actions">> & {
    name: N;
    spec: S;
    status?: T;
    stored?: P;
    actions?: A;
    rules?: (spec: z.output<S>) => Fault[];
  };

const everyVerb: readonly Verb[] = ["get", "create", "edit", "delete"];

/** Completes a description with defaults. */
export function kind<
  const N extends string,
  S extends z.ZodObject,
  T extends z.ZodObject,
  const P extends Place = "table",
  A extends Actions = Record<never, Action>,
>(k: Described<N, S, T, P, A>) {
  const { rules, ...rest } = k;
  return {
    stored: "table" as P,
    shortNames: [],
    permission: k.plural,
    verbs: everyVerb,
    wide: {},
    nested: [],
    selectedBy: [],
    atMostOneOf: [],
    oneOf: [],
    ...rest,
    status: (k.status ?? z.strictObject({})) as T,
    actions: (k.actions ?? {}) as A,
    // Callers pass only specs that this schema has parsed.
    ...(rules ? { rules: (spec: Record<string, unknown>) => rules(spec as z.output<S>) } : {}),
  };
}

/** A field of a kind's spec that refers to another resource. `[]` in a path stands for every element. */
export interface Reference extends Pick<FieldMeta, "whenGone" | "within"> {
  path: readonly string[];
  kind: string;
}

/** A reference found in a document. */
export interface FoundReference extends Pick<FieldMeta, "within"> {
  /** As a person writes it: `fallbacks[0]`. */
  path: string;
  kind: string;
  name: string;
}

/** Direct child schemas, by field; `[]` stands for elements, `*` for the values of a record. */
export const childSchemas = (s: z.core.$ZodType): [string, z.core.$ZodType][] => {
  const u = unwrap(s);
  if (u instanceof z.ZodObject) return Object.entries(u.shape);
  if (u instanceof z.ZodArray) return [["[]", u.element]];
  if (u instanceof z.ZodRecord) return [["*", u.valueType]];
  return [];
};

/** The options of a union, or the schema itself. */
export const optionSchemas = (s: z.core.$ZodType): readonly z.core.$ZodType[] => {
  const u = unwrap(s);
  return u instanceof z.ZodUnion ? u.options : [u];
};

/** Every reference that a kind's spec can contain. */
export function referencesOf(k: Pick<Kind, "spec">): Reference[] {
  const found: Reference[] = [];
  const walk = (s: z.core.$ZodType, path: readonly string[]) => {
    const { ref: target, whenGone, within } = metaOf(s);
    if (target) found.push({ path, kind: target, ...(whenGone ? { whenGone } : {}), ...(within ? { within } : {}) });
    for (const option of optionSchemas(s)) for (const [key, child] of childSchemas(option)) walk(child, [...path, key]);
  };
  walk(k.spec, []);
  return found;
}

/** The references in a valid spec. */
export function referencesIn(k: Pick<Kind, "spec">, spec: unknown): FoundReference[] {
  const found: FoundReference[] = [];
  const walk = (s: z.core.$ZodType, value: unknown, path: string) => {
    if (value === undefined || value === null) return;
    const { ref: target, within } = metaOf(s);
    if (target && typeof value === "string")
      found.push({ path, kind: target, name: value, ...(within ? { within } : {}) });
    const option = optionSchemas(s).find((o) => z.safeParse(o, value).success);
    if (!option) return;
    const u = unwrap(option);
    if (u instanceof z.ZodArray && Array.isArray(value))
      for (const [i, v] of value.entries()) walk(u.element, v, `${path}[${i}]`);
    else if (u instanceof z.ZodRecord && typeof value === "object")
      for (const [key, v] of Object.entries(value)) walk(u.valueType, v, `${path}.${key}`);
    else if (u instanceof z.ZodObject && typeof value === "object")
      for (const [key, child] of Object.entries(u.shape))
        walk(child, (value as Record<string, unknown>)[key], path ? `${path}.${key}` : key);
  };
  walk(k.spec, spec, "");
  return found;
}

/** Whether the field is required: it has no default. */
export const isRequired = (schema: z.core.$ZodType): boolean => !z.safeParse(schema, undefined).success;

/** Names of the write-only top-level fields of the spec. */
export function writeOnlyFields(k: Pick<Kind, "spec">): string[] {
  return Object.entries(k.spec.shape)
    .filter(([, s]) => metaOf(s).writeOnly)
    .map(([name]) => name);
}
