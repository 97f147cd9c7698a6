/**
 * A kind's fields as people read about them: `mcpctl explain` and the pages of docs/kinds/ show this one walk over its
 * schemas. Pure.
 */
import type { z } from "zod";
import { envelope, kinds } from "../kinds/index.ts";
import { boundsOf } from "./bounds.ts";
import { type FieldMeta, metaOf } from "./field.ts";
import { isRequired, type Kind, referencesOf } from "./kind.ts";
import { aboutOf, defaultOf, shapeOf, typeName } from "./shape.ts";

export interface Field {
  /** Within what it is a field of. */
  name: string;
  /** From the top: `bindings[].role`, `parameters.*.default`. */
  path: string;
  type: string;
  about: string | undefined;
  /** The options of a union that have it, where others do not: `kty: RSA`. */
  only: string | undefined;
  /** Where `only` says, if that says something. */
  required: boolean;
  /** What holds where it is left out; undefined where nothing does. */
  preset: unknown;
  /** The only values, where there are only some; of a list those of its elements. */
  words: readonly string[];
  /** What a value must be beside its type, in words. */
  bounds: readonly string[];
  refersTo: readonly Referral[];
  writeOnly: boolean;
  /** Why nothing acts upon it in this version. */
  dormant: string | undefined;
  /** Values that people try and that are not possible, and why. */
  refused: Readonly<Record<string, string>>;
  /** Those of an object, of the elements of a list, of the values of a map; of a union those of all its options. */
  fields: readonly Field[];
}

/** A kind that a field names. */
export interface Referral extends Pick<FieldMeta, "whenGone" | "within"> {
  kind: string;
  /** In which option of a union: `kind: User`. */
  where?: string;
}

export interface Outline {
  /** What every resource has: its name and labels. */
  envelope: readonly Field[];
  spec: readonly Field[];
  /** One field that holds all that the system reports. */
  status: Field;
}

export const outlineOf = (kind: Pick<Kind, "spec" | "status">): Outline => ({
  envelope: fieldsOf([envelope.pick({ name: true, labels: true })], ""),
  spec: fieldsOf([kind.spec], ""),
  status: asReported(
    fieldOf("status", "", [{ schema: kind.status.describe("What the system reports; ignored when applied.") }], true),
  ),
});

/** Nobody is asked to give it. */
const asReported = (field: Field): Field => ({ ...field, required: false, fields: field.fields.map(asReported) });

/** With everything below them, parents first. */
export const withAllBelow = (fields: readonly Field[]): Field[] =>
  fields.flatMap((f) => [f, ...withAllBelow(f.fields)]);

/** A schema that a field may have, and in which option of a union. */
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

/** The objects that a value holds: itself, its elements or values, or one of its options. */
function objectsIn(schema: z.core.$ZodType): Members[] {
  const shape = shapeOf(schema);
  if (shape.is === "object") return [{ fields: shape.fields, where: undefined }];
  if (shape.is === "list" || shape.is === "map") return objectsIn(shape.of);
  if (shape.is !== "either") return [];
  return shape.of.flatMap(objectsIn).map(({ fields }) => ({ fields, where: distinction(fields) }));
}

/** `kind: User`: the field that tells this option from the others. */
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

/** Of the field, and what its elements name where it is a list. */
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

/** Once where all options say the same, else each with where it holds. */
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

/** What is written in the field: `by name or email`. Names within a parent are not unique, so there another key is. */
export function keysOf({ kind, within }: Pick<Referral, "kind" | "within">): string {
  const target = kinds.find((k) => k.name === kind);
  const byName = target?.scope === undefined || within !== undefined;
  return [...(byName ? ["name"] : []), ...(target?.alternateKey ? [target.alternateKey] : [])].join(" or ");
}

/** What becomes of whoever names something in this field, when that goes. */
export type Fate = "keeps it" | "goes with it";

export interface ReferenceBetween {
  from: Kind["name"];
  to: Kind["name"];
  /** Where in the spec of `from`. */
  path: string;
  /** `keeps it`: what is named can't be deleted. */
  fate: Fate;
  within?: "self";
}

/** Every place in which one kind names another. */
export function referencesBetween(): ReferenceBetween[] {
  return kinds.flatMap((from) =>
    referencesOf(from).map(({ path, kind: to, whenGone, within }) => {
      const written = pathOf(path);
      const fate = whenGone === "cascade" || written === from.scope ? "goes with it" : "keeps it";
      return { from: from.name, to, path: written, fate, ...(within ? { within } : {}) } as const;
    }),
  );
}

/** `subjects[].name` of its steps. */
export const pathOf = (steps: readonly string[]): string =>
  steps.reduce((path, step) => (step === "[]" ? `${path}[]` : path ? `${path}.${step}` : step), "");

/** What a kind asks of a spec as a whole, a sentence each. */
export function rulesOf(
  kind: Pick<Kind, "name" | "plural" | "atMostOneOf" | "oneOf" | "exactlyOne" | "scope" | "unique">,
): string[] {
  const all = (group: readonly string[]) => group.map((field) => `\`${field}\``).join(", ");
  return [
    ...kind.oneOf.map((group) => `Exactly one of ${all(group)} is given.`),
    ...kind.atMostOneOf.map((group) => `At most one of ${all(group)} is given.`),
    ...(kind.exactlyOne
      ? [`Exactly one ${kind.name} has \`${kind.exactlyOne}: true\`; whoever is given it takes it over.`]
      : []),
    ...(kind.unique ?? []).map((field) => `No two ${kind.plural} have the same \`${field}\`.`),
    ...(kind.scope ? [`A name is unique within its ${kind.scope}, which never changes.`] : []),
  ];
}
