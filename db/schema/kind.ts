/**
 * A kind is one record: what a user writes (`spec`), what the system reports (`status`), what it is called and who may
 * touch it. Tables, routes, OpenAPI, validation, `explain`, flags, columns, apply order and documentation are loops over it.
 */
import { z } from "zod";
import type { Role } from "../kinds/parts/grants.ts";
import type { Fault } from "../protocol/errors.ts";
import type { Action } from "./action.ts";
import { type FieldMeta, metaOf, unwrap } from "./field.ts";

export type Verb = "get" | "create" | "edit" | "delete";

/**
 * Where a kind's rows are. `table`: in one that follows from this description. `elsewhere`: something else writes them, and a
 * source in edge/kinds says how they are read; such a kind is never created or edited by hand.
 */
export type Place = "table" | "elsewhere";

/** Rows that belong to somebody: other people's do not exist for who may not reach them. */
export interface Owned {
  /** Role on the kind's permission that one's own rows need; absent: none, it is enough to be somebody. */
  own?: Role;
  /** Role on the kind's permission that reaches the rows of others, by their owner's name; absent: nobody does. */
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
  /** What can be done with it; default all. A read-only kind has `get` alone, an immutable one no `edit`. */
  verbs: readonly Verb[];
  /** Name of the spec field that holds the parent: names are unique within it, and go with it. */
  scope?: string;
  /** A field that names a resource as well as its name does: `email` of the spec, `status.hash` of the status. Unique. */
  alternateKey?: string;
  /** At most one row may have this boolean field true. */
  exactlyOne?: string;
  /** Who may touch it is decided by the parent's name: a binding on the parent reaches what is within it. */
  governedByParent?: true;
  /** Reference fields by which there are lists below what they name: `project` gives `/projects/:project/prompts`. */
  nested: readonly string[];
  /** Of each group of spec fields, at most one is set. The store holds it too. */
  atMostOneOf: readonly (readonly string[])[];
  /** Of each group of spec fields, one is set. The store holds it too. */
  oneOf: readonly (readonly string[])[];
  /** What no schema of a single field can say: all that is wrong with a parsed spec. */
  rules?: (spec: Record<string, unknown>) => Fault[];
  /** Short scalar fields by which few of many are looked for: each has an index that serves lists by name. */
  selectedBy: readonly string[];
  /** Further fields whose value no two rows share; `a.b` is within `a`. */
  unique?: readonly string[];
  /** Lists of objects in the spec that are searched by what one of their elements holds. */
  searched?: readonly string[];
  /** What else can be done with one, by the verb for it. */
  actions: Readonly<Record<string, Action>>;
  stored: Place;
  owned?: Owned;
  /** Rows are events: the newest come first, and lists take `since` and `until`. */
  timeline?: true;
  /** Fields that lists can be selected and sorted by; default: every scalar. */
  selectable?: readonly string[];
  /** Fields of former versions, and why they are gone. Accepted in documents with a warning, and dropped. */
  retired?: Readonly<Record<string, string>>;
  /** For a kind that can't be edited: values of `status.state` in which it is of no use any more, and `apply` makes it anew. */
  spent?: readonly string[];
  /** Further kinds of which rows are written or deleted with one of this kind: who watches those is told, too. */
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

/** Completes a description with what follows from the rest. */
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
    // Rules are asked about what this very schema has parsed.
    ...(rules ? { rules: (spec: Record<string, unknown>) => rules(spec as z.output<S>) } : {}),
  };
}

/** One place in a kind's spec that names another resource. `[]` in a path stands for every element. */
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

/** Schemas one step further in, by field; `[]` stands for elements, `*` for the values of a record. */
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

/** Every reference that a kind's spec can hold. */
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

/** The references that one valid spec holds. */
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

/** Whether the field must be given: nothing holds when it is left out. */
export const isRequired = (schema: z.core.$ZodType): boolean => !z.safeParse(schema, undefined).success;

/** Names of the spec's top-level fields that are accepted but never shown. */
export function writeOnlyFields(k: Pick<Kind, "spec">): string[] {
  return Object.entries(k.spec.shape)
    .filter(([, s]) => metaOf(s).writeOnly)
    .map(([name]) => name);
}
