/** A kind's fields for people, derived from its schemas. `mcpctl explain` and the pages of docs/kinds/ show this outline. Pure. */
import type { z } from "zod";
import { envelope, kinds } from "../kinds/index.ts";
import { boundsOf } from "./bounds.ts";
import { type FieldMeta, metaOf } from "./field.ts";
import { isRequired, type Kind, referencesOf } from "./kind.ts";
import { aboutOf, defaultOf, shapeOf, typeName } from "./shape.ts";

export interface Field {
  /** Name within its parent. */
  name: string;
  /** Full path: `bindings[].role`, `parameters.*.default`. */
  path: string;
  type: string;
  about: string | undefined;
  /** The options of a union that have the field, if others don't: `kty: RSA`. */
  only: string | undefined;
  /** If `only` is set, required in these options. */
  required: boolean;
  /** Default value; undefined if there is none. */
  preset: unknown;
  /** The allowed values, if they are an enumeration; for a list, those of its elements. */
  words: readonly string[];
  /** Further constraints, in words. */
  bounds: readonly string[];
  refersTo: readonly Referral[];
  writeOnly: boolean;
  /** Why it has no effect in this version. */
  dormant: string | undefined;
  /** Values that people may try, with the reason why they are refused. */
  refused: Readonly<Record<string, string>>;
  /** Fields of an object, of list elements, of map values, or of all options of a union. */
  fields: readonly Field[];
}

/** A kind that a field refers to. */
export interface Referral extends Pick<FieldMeta, "whenGone" | "within"> {
  kind: string;
  /** The option of a union in which it does: `kind: User`. */
  where?: string;
}

export interface Outline {
  /** Fields of all resources: name and labels. */
  envelope: readonly Field[];
  spec: readonly Field[];
  /** One field with everything that the system reports. */
  status: Field;
}

export const outlineOf = (kind: Pick<Kind, "spec" | "status">): Outline => ({
  envelope: fieldsOf([envelope.pick({ name: true, labels: true })], ""),
  spec: fieldsOf([kind.spec], ""),
  status: asReported(
    fieldOf("status", "", [{ schema: kind.status.describe("What the system reports. A write ignores it.") }], true),
  ),
});

/** A reported field is never required. */
const asReported = (field: Field): Field => ({ ...field, required: false, fields: field.fields.map(asReported) });

/** The fields and all nested fields, parents first. */
export const withAllBelow = (fields: readonly Field[]): Field[] =>
  fields.flatMap((f) => [f, ...withAllBelow(f.fields)]);

/** A schema that a field may have, and the option of a union in which it does. */
interface Possible {
  schema: z.core.$ZodType;
  where?: string | undefined;
}

function fieldsOf(schemas: readonly z.core.$ZodType[], above: string): Field[] {
  const objects = schemas.flatMap(objectsIn);
  const names = [...new Set(objects.flatMap(({ fields }) => Object.keys(fields)))];
  return names.map((name) => {
    const possible = objects.flatMap(({ fields, where }) => {
      const schema = fields[name];
      return schema ? [{ schema, where }] : [];
    });
    return fieldOf(name, above, possible, possible.length === objects.length);
  });
}

interface Members {
  fields: Readonly<Record<string, z.core.$ZodType>>;
  where: string | undefined;
}

/** The object schemas in a schema: itself, its elements or values, or its options. */
function objectsIn(schema: z.core.$ZodType): Members[] {
  const shape = shapeOf(schema);
  if (shape.is === "object") return [{ fields: shape.fields, where: undefined }];
  if (shape.is === "list" || shape.is === "map") return objectsIn(shape.of);
  if (shape.is !== "either") return [];
  return shape.of.flatMap(objectsIn).map(({ fields }) => ({ fields, where: distinction(fields) }));
}

/** `kind: User`: the field that distinguishes this option from the others. */
function distinction(fields: Members["fields"]): string | undefined {
  for (const [name, schema] of Object.entries(fields)) {
    const shape = shapeOf(schema);
    if (shape.is === "choice" && shape.words.length === 1) return `${name}: ${shape.words[0]}`;
  }
  return undefined;
}

function fieldOf(name: string, above: string, possible: readonly Possible[], always: boolean): Field {
  const path = above ? `${above}.${name}` : name;
  const schemas = possible.map((p) => p.schema);
  const only = always ? undefined : possible.flatMap(({ where }) => where ?? []).join(" or ") || undefined;
  const metas = possible.map(({ schema, where }) => ({ ...metaOfContent(schema), where }));
  return {
    name,
    path,
    type: [...new Set(schemas.map(typeName))].join(" | "),
    about: aboutAll(possible),
    only,
    required: (always || only !== undefined) && schemas.every(isRequired),
    preset: schemas.map(defaultOf).find((preset) => preset !== undefined),
    words: [...new Set(schemas.flatMap(wordsOf))],
    bounds: [...new Set(schemas.flatMap(boundsOf))],
    refersTo: metas.flatMap(({ ref: kind, whenGone, within, where }) =>
      kind === undefined
        ? []
        : [{ kind, ...(whenGone ? { whenGone } : {}), ...(within ? { within } : {}), ...(where ? { where } : {}) }],
    ),
    writeOnly: metas.some((m) => m.writeOnly),
    dormant: metas.find((m) => m.dormant)?.dormant,
    refused: Object.assign({}, ...metas.map((m) => m.refused ?? {})),
    fields: fieldsOf(schemas, path + schemas.map(stepInto).reduce((a, b) => (b.length > a.length ? b : a), "")),
  };
}

/** Metadata of the field and, for a list or map, of its elements. */
function metaOfContent(schema: z.core.$ZodType): FieldMeta {
  const shape = shapeOf(schema);
  return { ...(shape.is === "list" || shape.is === "map" ? metaOf(shape.of) : {}), ...metaOf(schema) };
}

function wordsOf(schema: z.core.$ZodType): readonly string[] {
  const shape = shapeOf(schema);
  if (shape.is === "list") return wordsOf(shape.of);
  return shape.is === "choice" ? shape.words : [];
}

function stepInto(schema: z.core.$ZodType): string {
  const shape = shapeOf(schema);
  if (shape.is === "list") return `[]${stepInto(shape.of)}`;
  return shape.is === "map" ? `.*${stepInto(shape.of)}` : "";
}

/** The common text of all options, or the text of each with its option. */
function aboutAll(possible: readonly Possible[]): string | undefined {
  const all = possible.flatMap(({ schema, where }) => {
    const about = aboutOf(schema);
    return about ? [{ about, where }] : [];
  });
  const texts = new Set(all.map((a) => a.about));
  if (texts.size <= 1 && all.length === possible.length) return all[0]?.about;
  return (
    all.map(({ about, where }) => (where ? `${about.replace(/\.$/, "")} (${where}).` : about)).join(" ") || undefined
  );
}

/** What identifies the target: `name or email`. Names within a parent are not unique, so such a kind has another key. */
export function keysOf({ kind, within }: Pick<Referral, "kind" | "within">): string {
  const target = kinds.find((k) => k.name === kind);
  const byName = target?.scope === undefined || within !== undefined;
  return [...(byName ? ["name"] : []), ...(target?.alternateKey ? [target.alternateKey] : [])].join(" or ");
}

/** What happens when the target of a reference is deleted: the deletion is refused, or the referrer is deleted too. */
export type OnDelete = "refuse" | "cascade";

export interface ReferenceBetween {
  from: Kind["name"];
  to: Kind["name"];
  /** Path of the field in the spec of `from`. */
  path: string;
  onDelete: OnDelete;
  within?: "self";
}

/** All references between kinds. */
export function referencesBetween(): ReferenceBetween[] {
  return kinds.flatMap((from) =>
    referencesOf(from).map(({ path, kind: to, whenGone, within }) => {
      const field = pathOf(path);
      const onDelete = whenGone === "cascade" || field === from.scope ? "cascade" : "refuse";
      return { from: from.name, to, path: field, onDelete, ...(within ? { within } : {}) } as const;
    }),
  );
}

/** Joins steps to `subjects[].name`. */
export const pathOf = (steps: readonly string[]): string =>
  steps.reduce((path, step) => (step === "[]" ? `${path}[]` : path ? `${path}.${step}` : step), "");

/** The rules for a spec as a whole, one sentence each. */
export function rulesOf(
  kind: Pick<Kind, "name" | "plural" | "atMostOneOf" | "oneOf" | "exactlyOne" | "scope" | "unique">,
): string[] {
  const all = (group: readonly string[]) => group.map((field) => `\`${field}\``).join(", ");
  return [
    ...kind.oneOf.map((group) => `Exactly one of ${all(group)} must be set.`),
    ...kind.atMostOneOf.map((group) => `At most one of ${all(group)} can be set.`),
    ...(kind.exactlyOne
      ? [`Exactly one ${kind.name} has \`${kind.exactlyOne}: true\`. Setting it on one removes it from the other.`]
      : []),
    ...(kind.unique ?? []).map((field) => `\`${field}\` must be unique among ${kind.plural}.`),
    ...(kind.scope ? [`A name is unique within its ${kind.scope}. The ${kind.scope} can't change.`] : []),
  ];
}
