/** Field selectors, as kubectl writes them → requirements; those of labels are `#db/resources/label-selector`. Pure. */
import { z } from "zod";
import { Refusal, refuse } from "#db/protocol/errors";
import { unwrap } from "#db/schema/field";
import { type Kind, writeOnlyFields } from "#db/schema/kind";
import { commaSeparated, selectorTerms } from "#db/schema/label-selector";
import { near } from "#db/schema/near";

export interface FieldRequirement {
  /** `name`, a field of the spec, or `status.` and a field of the status. */
  field: string;
  is: "equal" | "different";
  value: string;
}

/** What `parseFieldSelector` reads for a kind. A comma ends a value. */
export const fieldSelectorForm = (kind: Kind): string =>
  commaSeparated(
    `(${scalarFields(kind)
      .map((f) => f.replaceAll(".", "\\."))
      .join("|")})\\s*(==?|!=)[^,()]*`,
  );

/**
 * `type=openai,status.state!=active` on scalar fields of the kind.
 * @throws Refusal invalid_request that knows the fields that there are
 */
export function parseFieldSelector(kind: Kind, text: string): FieldRequirement[] {
  return selectorTerms(text, "fieldSelector").map((term) => {
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
