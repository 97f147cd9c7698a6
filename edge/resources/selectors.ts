/** Label and field selectors, as kubectl writes them → requirements. Pure. */
import { z } from "zod";
import { Refusal, refuse } from "#db/protocol/errors";
import { unwrap } from "#db/resources/field";
import { type Kind, writeOnlyFields } from "#db/resources/kind";
import { near } from "#db/resources/near";
import { isSound } from "#db/resources/validate";

export type LabelRequirement =
  | { key: string; is: "in" | "notin"; values: readonly string[] }
  | { key: string; is: "exists" | "absent" };

export interface FieldRequirement {
  /** `name`, a field of the spec, or `status.` and a field of the status. */
  field: string;
  is: "equal" | "different";
  value: string;
}

/** Of one selector; more is nobody's selection. */
const mostRequirements = 64;

/** A little more than can be written: what was written before that was looked at can be found, and mended. */
const keyForm = "[A-Za-z0-9]([-A-Za-z0-9_./]{0,315}[A-Za-z0-9])?";
const key = new RegExp(`^${keyForm}$`);

const commaSeparated = (term: string) => `^\\s*(${term}\\s*(,\\s*${term}\\s*)*)?$`;

/** What `parseLabelSelector` reads, as one expression for those who only have a schema. */
export const labelSelectorForm = commaSeparated(
  `(!\\s*${keyForm}|${keyForm}(\\s*(==?|!=)\\s*[^=!(),\\s]*|\\s+(in|notin)\\s*\\([^()]*\\))?)`,
);

/** What `parseFieldSelector` reads for a kind. A comma ends a value. */
export const fieldSelectorForm = (kind: Kind): string =>
  commaSeparated(
    `(${scalarFields(kind)
      .map((f) => f.replaceAll(".", "\\."))
      .join("|")})\\s*(==?|!=)[^,()]*`,
  );

/**
 * `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, separated by commas. As in Kubernetes, `!=` and `notin` also
 * select what has no such label.
 * @throws Refusal invalid_request
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  return terms(text, "labelSelector").map((term) => {
    const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
    if (set) {
      const [, name = "", is, list = ""] = set;
      return { key: label(name, term), is: is === "in" ? "in" : "notin", values: list.split(",").map((v) => v.trim()) };
    }
    const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!(),\s]*)$/.exec(term);
    if (equality) {
      const [, name = "", operator, value = ""] = equality;
      return { key: label(name, term), is: operator === "!=" ? "notin" : "in", values: [value] };
    }
    return term.startsWith("!")
      ? { key: label(term.slice(1).trim(), term), is: "absent" }
      : { key: label(term, term), is: "exists" };
  });
}

function label(name: string, term: string): string {
  if (key.test(name)) return name;
  return refuse("invalid_request", `labelSelector: ${JSON.stringify(term.slice(0, 80))} is not a requirement.`, {
    param: "labelSelector",
    hint: "Write a=b, a!=b, a in (b,c), a notin (b,c), a or !a, separated by commas.",
  });
}

/**
 * `type=openai,status.state!=active` on scalar fields of the kind.
 * @throws Refusal invalid_request that knows the fields that there are
 */
export function parseFieldSelector(kind: Kind, text: string): FieldRequirement[] {
  return terms(text, "fieldSelector").map((term) => {
    const found = /^([A-Za-z.]+)\s*(==|=|!=)\s*(.*)$/.exec(term);
    if (!found)
      refuse("invalid_request", `fieldSelector: ${JSON.stringify(term.slice(0, 80))} is not a requirement.`, {
        param: "fieldSelector",
        hint: "Write field=value or field!=value, separated by commas.",
      });
    const [, field = "", operator, value = ""] = found;
    assertScalarField(kind, field, "fieldSelector");
    return { field, is: operator === "!=" ? "different" : "equal", value };
  });
}

/** Fields that can be compared in a query: `name`, and the spec's and the status' scalars. */
export function scalarFields(kind: Kind): string[] {
  if (kind.selectable) return ["name", ...kind.selectable];
  const hidden = new Set(writeOnlyFields(kind));
  const scalars = (shape: z.core.$ZodShape, prefix: string) =>
    Object.entries(shape)
      .filter(([name, schema]) => !hidden.has(name) && isScalar(schema))
      .map(([name]) => prefix + name);
  return ["name", ...scalars(kind.spec.shape, ""), ...scalars(kind.status.shape, "status.")];
}

/** @throws Refusal invalid_request with a near spelling */
function assertScalarField(kind: Kind, field: string, param: string): void {
  const known = scalarFields(kind);
  if (known.includes(field)) return;
  throw unknownField(kind, field, param, "selected", known);
}

/** @param done what was to be done with the field: `selected`. */
export function unknownField(
  kind: Kind,
  field: string,
  param: string,
  done: "selected" | "sorted",
  known: readonly string[],
): Refusal {
  const suggestion = near(field, known);
  const message = `${param}: ${kind.plural} can't be ${done} by ${JSON.stringify(field.slice(0, 80))}.`;
  return new Refusal("invalid_request", message, {
    param,
    hint: suggestion ? `Did you mean ${suggestion}?` : `It can be one of ${known.join(", ")}.`,
  });
}

function isScalar(schema: z.core.$ZodType): boolean {
  const s = unwrap(schema);
  return !(s instanceof z.ZodObject || s instanceof z.ZodArray || s instanceof z.ZodRecord);
}

/** Splits at commas outside parentheses, in one pass. */
function terms(text: string, param: string): string[] {
  if (!isSound(text)) refuse("invalid_request", `${param} contains a NUL character.`, { param });
  const found: string[] = [];
  let term = "";
  let inside = false;
  for (const c of text) {
    if (c === "(") inside = true;
    if (c === ")") inside = false;
    if (c === "," && !inside) {
      found.push(term.trim());
      term = "";
    } else term += c;
  }
  found.push(term.trim());
  if (found.length === 1 && found[0] === "") return [];
  if (found.length > mostRequirements)
    refuse("invalid_request", `${param} has more than ${mostRequirements} requirements.`, { param });
  // What was lost before or after a comma must not become a selection of everything.
  if (found.includes(""))
    refuse("invalid_request", `${param}: nothing stands beside a comma.`, { param, hint: "Leave out the comma." });
  return found;
}
