/**
 * Valid documents of any kind, out of its schema. What no schema says (rules of a kind, of the edge) is satisfied by mending:
 * whoever refuses a document names the field, which is then taken away, or added where it was missing.
 */
import fc from "fast-check";
import { z } from "zod";
import { kinds } from "#db/kinds/index";
import { metaOf, unwrap } from "#db/schema/field";
import { isRequired, type Kind } from "#db/schema/kind";
import { shapeOf } from "#db/schema/shape";
import { isObject, isSound, unsoundness, validate } from "#db/schema/validate";
import { type Path, parsePath, valueAt, withoutAt, withValue } from "./document-path.ts";

/** Names that exist, by kind. */
export type Names = (kind: string) => readonly string[];

export interface Draft {
  /** What is wanted. */
  chosen: Record<string, unknown>;
  /** The same with every optional field that `chosen` leaves out: what can be added. */
  full: Record<string, unknown>;
}

interface Both {
  chosen: unknown;
  full: unknown;
}

/** What YAML, JSON, SQL and templates like to mistake for something else; and words that mean something somewhere. */
const texts = [
  ...kinds.map((k) => k.plural),
  ..."* key token default yes no null ~ true 1e3 0x1f 0123 1_000 .inf 2026-01-01 =".split(" "),
  ...[
    "- a",
    "a: b",
    "# c",
    "'q'",
    '"d"',
    "{a: b}",
    "[a]",
    "&a *a",
    "!!str a",
    "%TAG",
    "@a",
    "`a`",
    "|",
    ">-",
    "?",
    ":",
  ],
  ...[
    " lead",
    "trail ",
    "tab\tend",
    "two\nlines",
    "end\n",
    "\n\nfront",
    "a\r\nb",
    "\u2028",
    "\u0085",
    "\ufeffbom",
    "\u007f",
  ],
  ...[
    "é",
    "e\u0301",
    "😀",
    "שלום",
    "{{directory}}",
    "{{key}}",
    "$(id)",
    "'; drop table llm; --",
    "../..",
    "x".repeat(200),
  ],
];

/** Nobody outside this machine is ever asked (RFC 2606). */
const addresses = [
  "http://127.0.0.1:9/v1",
  "https://models.invalid",
  "HTTPS://Models.INVALID:8443/a%20b?c=d#e",
  "https://models.invalid/é",
];

const day = 86_400_000;
/** Moments that are still to come, wherever one must be. */
const moments = fc
  .integer({ min: 2, max: 20_000 })
  .map((days) => new Date(Math.ceil(Date.now() / day) * day + days * day + (days % 7) * 1001).toISOString());

/** What Kubernetes takes as a label's name or value. */
const word = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,18}[A-Za-z0-9])?$/);

export const labelled = fc.dictionary(
  fc.oneof(fc.constantFrom("team", "a.b/c", "constructor", "yes", "1"), word),
  fc.oneof(fc.constantFrom("", "true", "no", "0x1", "1e3", "2020-01-01", "null"), word),
  { maxKeys: 3 },
);

/** Drafts that the kind's own schema and rules take. */
export function draftOf(kind: Kind, names: Names): fc.Arbitrary<Draft> {
  const spec = anyOf(kind.spec, names);
  if (!spec) throw new Error(`there is nothing that a ${kind.name} could refer to`);
  return spec
    .map(({ chosen, full }): Draft | undefined => {
      if (!isObject(chosen) || !isObject(full)) return undefined;
      const mend = mender({ chosen, full });
      for (let draft: Draft | undefined = { chosen, full }; draft; ) {
        const result = validate(kind, { name: "x", ...draft.chosen });
        if (result.ok) return draft;
        draft = mend(draft, result.faults[0]?.path ?? "");
      }
      return undefined;
    })
    .filter((draft) => draft !== undefined);
}

/** @returns what mends one fault after the other: a draft without that fault's cause, or undefined where nothing is left to try. */
export function mender({ full }: Draft): (draft: Draft, fault: string) => Draft | undefined {
  const tried = new Set<string>();
  return ({ chosen }, fault) => {
    for (let path: Path = parsePath(fault); path.length > 0; path = path.slice(0, -1)) {
      const where = JSON.stringify(path);
      const there = valueAt(chosen, path) !== undefined;
      // An element that goes makes room for the next one, so its place says nothing.
      const element = typeof path.at(-1) === "number";
      if (tried.has(where) && !(element && there)) continue;
      tried.add(where);
      const missed = valueAt(full, path);
      if (there) return { chosen: withoutAt(chosen, path), full };
      if (missed !== undefined) return { chosen: withValue(chosen, path, missed), full };
    }
    return undefined;
  };
}

/** Undefined for what no value can have, because there is nothing to name. */
function anyOf(schema: z.core.$ZodType, names: Names): fc.Arbitrary<Both> | undefined {
  const { ref, within } = metaOf(schema);
  if (ref !== undefined) {
    // What is within a resource comes after it.
    const known = within ? [] : names(ref);
    return known.length > 0 ? same(fc.constantFrom(...known)) : undefined;
  }
  const inner = unwrap(schema);
  const shape = shapeOf(schema);
  if (shape.is === "object") return objectOf(shape.fields, names);
  if (shape.is === "list") return listOf(inner, shape.of, names);
  if (inner instanceof z.ZodRecord) return mapOf(inner, names);
  if (inner instanceof z.ZodUnion) {
    const options = inner.options.flatMap((option) => anyOf(option, names) ?? []);
    return options.length > 0 ? fc.oneof(...options) : undefined;
  }
  return same(shape.is === "anything" ? json : scalarOf(inner));
}

const same = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Both> => values.map((v) => ({ chosen: v, full: v }));

const json = fc.jsonValue({ maxDepth: 2 }).filter((v) => unsoundness(v) === undefined);

function objectOf(fields: Readonly<Record<string, z.core.$ZodType>>, names: Names): fc.Arbitrary<Both> | undefined {
  const possible: Record<string, fc.Arbitrary<{ kept: boolean; value: Both }>> = {};
  for (const [name, schema] of Object.entries(fields)) {
    const value = anyOf(schema, names);
    if (value) possible[name] = fc.record({ kept: isRequired(schema) ? fc.constant(true) : fc.boolean(), value });
    else if (isRequired(schema)) return undefined;
  }
  return fc.record(possible).map((found) => {
    const all = Object.entries(found);
    return {
      chosen: Object.fromEntries(all.filter(([, f]) => f.kept).map(([name, f]) => [name, f.value.chosen])),
      full: Object.fromEntries(all.map(([name, f]) => [name, f.value.full])),
    };
  });
}

function listOf(list: z.core.$ZodType, of: z.core.$ZodType, names: Names): fc.Arbitrary<Both> | undefined {
  const { minItems: minLength = 0, maxItems = 3 } = factsOf(list);
  const element = anyOf(of, names);
  if (!element) return minLength === 0 ? fc.constant({ chosen: [], full: [] }) : undefined;
  return fc.array(element, { minLength, maxLength: Math.max(minLength, Math.min(maxItems, 3)) }).map((elements) => ({
    chosen: elements.map((e) => e.chosen),
    full: elements.map((e) => e.full),
  }));
}

function mapOf(map: z.ZodRecord, names: Names): fc.Arbitrary<Both> {
  const value = anyOf(map.valueType, names);
  const key = scalarOf(map.keyType)
    .map(String)
    .filter((k) => k !== "__proto__");
  if (!value) return fc.constant({ chosen: {}, full: {} });
  return fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => ({
    chosen: Object.fromEntries(entries.map(([k, v]) => [k, v.chosen])),
    full: Object.fromEntries(entries.map(([k, v]) => [k, v.full])),
  }));
}

const facts = z.looseObject({
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  type: z.string().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
});

const factsOf = (schema: z.core.$ZodType) =>
  facts.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

function scalarOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const s = factsOf(schema);
  const takes = (v: unknown) => z.safeParse(schema, v).success && (typeof v !== "string" || isSound(v));
  if (s.const !== undefined) return fc.constant(s.const);
  if (s.enum) return fc.constantFrom(...s.enum);
  if (s.type === "boolean") return fc.boolean();
  const [min, max] = [s.minimum ?? s.exclusiveMinimum ?? -1e15, s.maximum ?? 1e15];
  if (s.type === "integer") return fc.integer({ min: Math.max(min, -1e15), max: Math.min(max, 1e15) }).filter(takes);
  if (s.type === "number")
    return fc
      .oneof(fc.integer({ min: Math.ceil(min), max: Math.floor(max) }), fc.double({ min, max, noNaN: true }))
      .filter(takes);
  const known = [...texts, ...addresses].filter(takes);
  // What only code can tell may take none of what is made up, and a filter that nothing passes never ends.
  const free = fc.sample(freeText(s), { numRuns: 20, seed: 1 }).some(takes) ? [freeText(s).filter(takes)] : [];
  if (known.length > 0) free.push(fc.constantFrom(...known));
  if (free.length === 0) throw new Error(`no text is known that this takes: ${JSON.stringify(s)}`);
  return fc.oneof(...free);
}

function freeText(s: z.infer<typeof facts>): fc.Arbitrary<string> {
  if (s.format === "email") return fc.stringMatching(/^[a-z]{8,12}@[a-z]{1,10}\.example$/);
  if (s.format === "uri") return fc.constantFrom(...addresses);
  if (s.format === "date-time") return moments;
  if (s.format === "date") return moments.map((m) => m.slice(0, 10));
  const [minLength, maxLength] = [s.minLength ?? 0, Math.max(s.minLength ?? 0, Math.min(s.maxLength ?? 40, 40))];
  if (s.pattern !== undefined)
    return fc
      .stringMatching(new RegExp(s.pattern), { size: "small" })
      .map((t) => (t.length > 0 && t.length < minLength ? t.repeat(Math.ceil(minLength / t.length)) : t));
  return fc.oneof(
    fc.string({ minLength, maxLength }),
    fc.string({ minLength, maxLength: Math.ceil(maxLength / 2), unit: "grapheme" }),
  );
}
