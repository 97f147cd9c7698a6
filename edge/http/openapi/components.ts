/** Schemas of the OpenAPI document: what every kind looks like going in and coming out. */

import { z } from "zod";
import { envelope, hasTable, kinds } from "#db/kinds/index";
import { type Kind, writeOnlyFields } from "#db/schema/kind";
import { behaviours } from "../../kinds/index.ts";
import type { NamedKind } from "../../resources/stored.ts";
import { fixedSchemas } from "./fixed-schemas.ts";
import type { JsonSchema } from "./json-schema.ts";
import { patchOf } from "./patch.ts";

/** JSON Schema 2020-12, which is OpenAPI 3.1's own dialect. What zod can only check by code is left to the server. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, $defs: __, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return withoutCircles(rest);
}

/**
 * Zod refers to what contains itself (any JSON value does) by a place in a document of its own, and this is only a part of
 * one: there it is anything, which the server looks at.
 */
function withoutCircles(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$ref" in value)) return value;
    if (typeof value.$ref !== "string" || !value.$ref.startsWith("#/$defs/")) return value;
    const { $ref: _circle, ...anything } = value;
    return anything;
  });
}

/** Name of a kind's schemas: `Llm`, `LlmInput`, `LlmList`. */
export const componentName = (kind: { name: string }): string => kind.name.charAt(0).toUpperCase() + kind.name.slice(1);

export const refTo = (component: string): JsonSchema => ({ $ref: `#/components/schemas/${component}` });

/** A body of this media type; a string names a component. */
export const content = (type: string, schema: z.ZodType | JsonSchema | string, io: "input" | "output" = "output") => ({
  [type]: {
    schema: typeof schema === "string" ? refTo(schema) : schema instanceof z.ZodType ? jsonSchema(schema, io) : schema,
  },
});

export function componentSchemas(): Record<string, JsonSchema> {
  return {
    ...Object.fromEntries(kinds.flatMap(schemasOf)),
    ...fixedSchemas,
  };
}

function schemasOf(kind: NamedKind): [string, JsonSchema][] {
  const name = componentName(kind);
  return [
    [name, shown(kind)],
    ...(kind.verbs.includes("create") ? [[`${name}Input`, given(kind)] as [string, JsonSchema]] : []),
    ...(kind.verbs.includes("edit")
      ? ([
          [`${name}Replacement`, replacement(kind)],
          [`${name}Patch`, patch(kind)],
        ] as [string, JsonSchema][])
      : []),
    [
      `${name}List`,
      {
        type: "object",
        required: ["items", "resourceVersion"],
        properties: {
          items: { type: "array", items: refTo(name) },
          resourceVersion: { type: "string", description: "Where a watch begins; the same on every page." },
          continue: { type: "string", description: "There when more follow: the `continue` of the next page." },
        },
      },
    ],
    ...(hasTable(kind) ? [[`${name}Event`, eventSchema(name)] as [string, JsonSchema]] : []),
  ];
}

/** What the `data` of one server-sent event of a watch says. */
const eventSchema = (name: string): JsonSchema => ({
  description: "What one event of a watch tells.",
  oneOf: [
    {
      type: "object",
      required: ["type", "object"],
      properties: { type: { type: "string", enum: ["ADDED", "MODIFIED", "DELETED"] }, object: refTo(name) },
    },
    refTo("BookmarkEvent"),
    refTo("ErrorEvent"),
  ],
});

/** Each event of a stream, as its readers see one (the fields of the HTML standard, 9.2.6). */
export const eventStream = (data: string): JsonSchema => ({
  "text/event-stream": {
    schema: {
      type: "object",
      required: ["data"],
      properties: {
        event: { type: "string", description: "Its type." },
        id: { type: "string", description: "Where to resume." },
        data: { type: "string", contentMediaType: "application/json", contentSchema: refTo(data) },
      },
    },
  },
});

/** Reported fields are accepted and ignored, so that what was read can be sent back. */
function given(kind: NamedKind): JsonSchema {
  const spec = jsonSchema(kind.spec, "input");
  return {
    ...spec,
    description: kind.about,
    required: ["name", ...requiredOf(spec)],
    ...groupsOf(kind),
    properties: {
      kind: { const: kind.name },
      ...properties(jsonSchema(envelope.pick({ name: true, labels: true }), "input")),
      ...properties(spec),
      ...Object.fromEntries(
        (behaviours[kind.name]?.options ?? []).map((option) => [option, { type: "boolean", writeOnly: true }]),
      ),
      ...Object.fromEntries(
        Object.entries(reportedProperties(kind)).map(([field, schema]) => [field, { ...schema, readOnly: true }]),
      ),
    },
  };
}

/** The path names it already. */
function replacement(kind: NamedKind): JsonSchema {
  const { required, ...rest } = given(kind);
  const needed = z
    .array(z.string())
    .parse(required)
    .filter((field) => field !== "name");
  return { ...rest, ...(needed.length > 0 ? { required: needed } : {}) };
}

function patch(kind: NamedKind): JsonSchema {
  return {
    ...patchOf(given(kind), ["kind", "name", ...writeOnlyFields(kind), ...(behaviours[kind.name]?.options ?? [])]),
    description: `${kind.about} A JSON merge patch (RFC 7396): fields to change, with null for those to remove. Objects merge, lists are replaced.`,
  };
}

/** Groups of fields of which one at most, or one exactly, is given: an option for each field, without the others. */
function groupsOf({ atMostOneOf, oneOf }: Kind): JsonSchema {
  const options = (group: readonly string[], needed: boolean) => ({
    anyOf: group.map((field) => ({
      ...(needed ? { required: [field] } : {}),
      properties: Object.fromEntries(group.filter((other) => other !== field).map((other) => [other, { not: {} }])),
    })),
  });
  const all = [...atMostOneOf.map((group) => options(group, false)), ...oneOf.map((group) => options(group, true))];
  return all.length > 1 ? { allOf: all } : (all[0] ?? {});
}

function shown(kind: NamedKind): JsonSchema {
  const hidden = new Set(writeOnlyFields(kind));
  const { additionalProperties: _, ...spec } = jsonSchema(kind.spec, "output");
  const head = {
    kind: { const: kind.name },
    ...properties(jsonSchema(envelope.pick({ name: true, labels: true }), "output")),
  };
  const reported = reportedProperties(kind);
  return {
    ...spec,
    description: kind.about,
    required: [...Object.keys(head), ...Object.keys(reported), ...requiredOf(spec).filter((f) => !hidden.has(f))],
    properties: {
      ...head,
      ...Object.fromEntries(Object.entries(properties(spec)).filter(([field]) => !hidden.has(field))),
      ...reported,
      ...Object.fromEntries(
        Object.entries(behaviours[kind.name]?.reveals ?? {}).map(([field, description]) => [
          field,
          { type: "string", description },
        ]),
      ),
    },
  };
}

function reportedProperties(kind: Kind): Record<string, JsonSchema> {
  const { additionalProperties: _, required: __, ...status } = jsonSchema(kind.status, "output");
  return {
    id: { type: "string", description: "CUID; serves wherever the name does." },
    resourceVersion: { type: "string", description: "Changes with every write; also the ETag." },
    createdAt: { type: "string", format: "date-time" },
    updatedAt: { type: "string", format: "date-time" },
    applied: {
      type: "array",
      items: { type: "string" },
      description:
        "Fields that apply set last: `url`, `timeouts.idle`. What it no longer names goes when it is applied again.",
    },
    status: { ...status, description: "What the system reports." },
  };
}

const properties = (schema: JsonSchema): Record<string, JsonSchema> =>
  z.record(z.string(), z.record(z.string(), z.unknown())).catch({}).parse(schema["properties"]);

const requiredOf = (schema: JsonSchema): string[] => z.array(z.string()).catch([]).parse(schema["required"]);
