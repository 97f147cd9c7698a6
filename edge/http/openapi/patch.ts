/** What a merge patch of a document looks like (RFC 7396): nothing is required, and what may be left out `null` removes. Pure. */
import type { JsonSchema } from "./json-schema.ts";

/**
 * @param schema of the whole document.
 * @param keeps fields at the top that `null` does not remove, though they may be left out.
 */
export function patchOf(schema: JsonSchema, keeps: readonly string[] = []): JsonSchema {
  const { required, default: _, anyOf: _a, allOf: _b, not: _c, properties, additionalProperties, ...rest } = schema;
  const needed = new Set([...(Array.isArray(required) ? required : []), ...keeps]);
  return {
    ...rest,
    ...(isSchema(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [name, change(field, !needed.has(name))]),
          ),
        }
      : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: isSchema(additionalProperties)
            ? change(additionalProperties, true)
            : additionalProperties,
        }),
  };
}

/** An object is merged, and everything else replaced whole. */
function change(field: unknown, removable: boolean): unknown {
  if (!isSchema(field)) return field;
  const { default: _, ...whole } = field;
  const inner = field["type"] === "object" && field["readOnly"] !== true ? patchOf(field) : whole;
  if (!removable || field["readOnly"] === true) return inner;
  const { description, ...said } = inner;
  // Anything at all may be null already.
  if (Object.keys(said).length === 0) return inner;
  return { ...(description === undefined ? {} : { description }), anyOf: [said, { type: "null" }] };
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
