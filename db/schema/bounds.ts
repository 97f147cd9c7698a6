/** Constraints of a field beyond its type, in words: `1 to 63 characters`, `0 to 2`, `an http or https URL`. Pure. */
import { z } from "zod";
import { metaOf, unwrap } from "./field.ts";

export function boundsOf(schema: z.core.$ZodType): string[] {
  const s = unwrap(schema);
  const { maxLength, minLength, maxItems, minItems, format, ...range } = outermost(s);
  if (s instanceof z.ZodRecord)
    return [
      ...boundsOf(s.keyType).map((bound) => `keys: ${bound}`),
      ...boundsOf(s.valueType).map((bound) => `values: ${bound}`),
    ];
  if (s instanceof z.ZodArray) {
    const count = span(minItems || undefined, maxItems, "elements");
    return [...count, ...boundsOf(s.element).map((bound) => `each: ${bound}`)];
  }
  if (s instanceof z.ZodNumber) return numbers(range);
  const own = messagesOf(s);
  if (s instanceof z.ZodUnion) return own;
  // A reference names an existing resource, so its name is valid.
  if (metaOf(schema).ref !== undefined) return [];
  const form = own.length === 0 && format !== undefined ? [formats[format] ?? format] : own;
  return [...form, ...span(minLength, maxLength, "characters")];
}

const formats: Readonly<Record<string, string>> = {
  email: "an e-mail address",
  uri: "a URL",
  date: "a date (ISO 8601)",
  "date-time": "a moment (ISO 8601)",
};

interface Limits {
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  format?: string | undefined;
}

const limits = z.object({
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  format: z.string().optional(),
});

/** Constraints that JSON Schema can express. */
const outermost = (schema: z.core.$ZodType): Limits =>
  limits.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

/** Error messages of the schema and its checks, which describe an allowed value. */
function messagesOf(schema: z.core.$ZodType): string[] {
  const { def } = schema._zod;
  const forms = (def.checks ?? [])
    .map((check) => check._zod.def)
    .filter(({ check }) => check === "string_format" || check === "custom");
  return [def, ...forms].flatMap(({ error }) => {
    const result = (error as z.core.$ZodErrorMap | undefined)?.({ code: "custom", input: undefined, path: [] });
    const message = typeof result === "object" ? result?.message : result;
    return message ? [message.replace(/^(must be|expected) /, "")] : [];
  });
}

const count = (n: number): string => n.toLocaleString("en-US");

function span(least: number | undefined, most: number | undefined, of: string): string[] {
  if (least !== undefined && most !== undefined) return [`${count(least)} to ${count(most)} ${of}`];
  if (most !== undefined) return [`at most ${count(most)} ${of}`];
  return least === undefined ? [] : [`at least ${count(least)} ${of}`];
}

function numbers({ minimum, maximum, exclusiveMinimum }: Limits): string[] {
  const finite = (n: number | undefined) => (n === undefined || Math.abs(n) >= Number.MAX_SAFE_INTEGER ? undefined : n);
  const [least, most] = [finite(minimum), finite(maximum)];
  if (exclusiveMinimum !== undefined)
    return [`more than ${count(exclusiveMinimum)}${most === undefined ? "" : `, at most ${count(most)}`}`];
  if (least !== undefined && most !== undefined) return [`${count(least)} to ${count(most)}`];
  if (least !== undefined) return [`at least ${count(least)}`];
  return most === undefined ? [] : [`at most ${count(most)}`];
}
