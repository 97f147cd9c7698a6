/** What a value must be beside its type, in few words: for `explain`. Pure. */
import { z } from "zod";
import { layers, metaOf, unwrap } from "#db/resources/field";

/** `1 to 63 characters`, `at most 1000 entries`, `100 to 3600000`, and what is not possible and why. */
export function constraintsOf(schema: z.core.$ZodType): string[] {
  const inner = unwrap(schema);
  const json = jsonOf(inner);
  const found: string[] = [];
  const span = (least: unknown, most: unknown, unit: string) => {
    const low = typeof least === "number" && least > 0 && least < BEYOND ? least : undefined;
    const high = typeof most === "number" && most < BEYOND ? most : undefined;
    if (low !== undefined && high !== undefined)
      found.push(low === high ? `${low}${unit}` : `${low} to ${high}${unit}`);
    else if (high !== undefined) found.push(`at most ${high}${unit}`);
    else if (low !== undefined) found.push(`at least ${low}${unit}`);
  };
  span(json["minLength"], json["maxLength"], " characters");
  span(json["minItems"], json["maxItems"], " entries");
  span(
    json["minimum"] ?? (typeof json["exclusiveMinimum"] === "number" ? json["exclusiveMinimum"] + 1 : undefined),
    json["maximum"],
    "",
  );
  const format = json["format"];
  if (typeof format === "string") found.push(formats[format] ?? format);
  else if (typeof json["pattern"] === "string") found.push(`matches ${json["pattern"]}`);
  const options = Array.isArray(json["anyOf"]) && inner instanceof z.ZodUnion ? inner.options : [];
  for (const option of options) {
    const words = constraintsOf(option);
    const literal =
      unwrap(option) instanceof z.ZodLiteral ? [...(unwrap(option) as z.ZodLiteral).values].join(", ") : "";
    if (literal || words.length > 0) found.push(`${found.length > 0 ? "or " : ""}${literal || words.join(", ")}`);
  }
  return found;
}

/** Values that people try and that are not possible, with why. */
export function refusedOf(schema: z.core.$ZodType): [string, string][] {
  for (const layer of layers(schema)) {
    const { refused } = metaOf(layer);
    if (refused) return Object.entries(refused);
  }
  return [];
}

const BEYOND = Number.MAX_SAFE_INTEGER;

const formats: Readonly<Record<string, string>> = {
  uri: "a URL",
  email: "an e-mail address",
  "date-time": "a moment in ISO 8601, as 2030-01-31T12:00:00Z",
  date: "a date, as 2030-01-31",
};

function jsonOf(schema: z.core.$ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Record<string, unknown>;
}
