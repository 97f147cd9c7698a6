/** A manifest against its kind's schema, before anything is written. */
import { z } from "zod";
import { envelope, reported } from "#db/kinds/index";
import type { Fault } from "#db/protocol/errors";
import { withoutNulls } from "#db/schema/applied";
import { type Kind, writeOnlyFields } from "#db/schema/kind";
import { ruleFaults } from "#db/schema/rules";
import { retiredIn } from "#db/schema/validate";
import { faultsOf, type PlacedFault } from "../schema/faults.ts";
import type { Manifest } from "./read.ts";
import { describeSource } from "./source.ts";

const ignored = new Set<string>([...reported, "kind"]);

/** Of what a person wrote: without what the edge reports, and without fields of former versions. */
export function writable(
  kind: Pick<Kind, "retired">,
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const retired = retiredIn(kind, body);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !ignored.has(key) && !Object.hasOwn(retired, key)));
}

const schemas = new WeakMap<Kind, z.ZodObject>();
/** Envelope and spec together: the flat form on the wire. */
export function wireSchema(kind: Kind): z.ZodObject {
  const known = schemas.get(kind) ?? z.strictObject({ ...envelope.shape, ...kind.spec.shape });
  schemas.set(kind, known);
  return known;
}

/** Field by field. What a document leaves out may be there already. */
export function bodyFaults(kind: Kind, body: Readonly<Record<string, unknown>>): PlacedFault[] {
  const hidden = writeOnlyFields(kind);
  return faultsOf(wireSchema(kind), withoutNulls(kind, writable(kind, body))).map(({ suggestion, read, ...fault }) => {
    // What is never shown again is not shown in a log either: a PIN without quotes is a number.
    if (hidden.includes(String(fault.at[0])) && fault.given !== undefined)
      return { ...fault, given: "another type (check the quotes)" };
    return { ...fault, ...(suggestion === undefined ? {} : { suggestion }), ...(read ? { read } : {}) };
  });
}

/** Of a document that is all there will be: also what only the whole tells, as fields that exclude each other. */
export function wholeFaults(kind: Kind, body: Readonly<Record<string, unknown>>): PlacedFault[] {
  const found = bodyFaults(kind, body);
  if (found.length > 0) return found;
  const fields = Object.entries(withoutNulls(kind, writable(kind, body))).filter(([key]) => key in kind.spec.shape);
  const spec = kind.spec.safeParse(Object.fromEntries(fields));
  return spec.success ? ruleFaults(kind, spec.data).map((f) => ({ ...f, at: placeOf(f.path), missing: false })) : [];
}

/** `env[0].name` → `["env", 0, "name"]` */
const placeOf = (path: string): PropertyKey[] =>
  [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));

/** With file and line, and what the file says where YAML took it for something else: 1.10 is read as 1.1. */
export function withLines(manifest: Pick<Manifest, "lineOf" | "sourceOf">, faults: readonly PlacedFault[]): Fault[] {
  return faults.map(({ at, missing: _, read, ...fault }) => ({
    ...fault,
    ...(read ? describeSource(read, manifest.sourceOf(at), fault.given ?? "") : {}),
    path: `${manifest.lineOf(at)}${fault.path ? `: ${fault.path}` : ""}`,
  }));
}

/** With every default filled in and normalised: what two forms of the same have in common. @returns undefined for what is not valid. */
export function canonical(kind: Kind, body: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const result = wireSchema(kind).safeParse(withoutNulls(kind, writable(kind, body)));
  if (!result.success) return undefined;
  const { kind: _, labels, ...rest } = result.data as Record<string, unknown>;
  const some = typeof labels === "object" && labels !== null && Object.keys(labels).length > 0;
  return { ...rest, ...(some ? { labels } : {}) };
}
