/** Schemas of the OpenAPI document: what every kind looks like going in and coming out, and what refusals look like. */
import { z } from "zod";
import { errors } from "#db/protocol/errors";
import { envelope, hasTable, kinds } from "#db/resources/index";
import { type Kind, writeOnlyFields } from "#db/resources/kind";
import { behaviours } from "../behaviours/index.ts";
import type { NamedKind } from "../resources/read.ts";

export type JsonSchema = Record<string, unknown>;

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

export function componentSchemas(): Record<string, JsonSchema> {
  return {
    ...Object.fromEntries(kinds.flatMap(schemasOf)),
    MergePatch: {
      type: "object",
      description: "RFC 7396: fields to change, with null for those to remove. Objects merge, lists are replaced.",
    },
    Problem: problem,
    OpenAiError: openAiError,
  };
}

function schemasOf(kind: NamedKind): [string, JsonSchema][] {
  const name = componentName(kind);
  return [
    [name, shown(kind)],
    [`${name}Input`, given(kind)],
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
    ...(hasTable(kind) ? [[`${name}Event`, eventSchema(name, kind)] as [string, JsonSchema]] : []),
  ];
}

/** The `data` of one server-sent event of a watch; its `id` is where to resume. */
function eventSchema(name: string, kind: NamedKind): JsonSchema {
  const event = (type: JsonSchema, object: JsonSchema) => ({
    type: "object",
    required: ["type", "object"],
    properties: { type, object },
  });
  return {
    description: "One event of a watch. The event's name is its type, its id where to resume.",
    oneOf: [
      event({ type: "string", enum: ["ADDED", "MODIFIED", "DELETED"] }, refTo(name)),
      event(
        { const: "BOOKMARK" },
        {
          type: "object",
          required: ["kind", "resourceVersion"],
          properties: {
            kind: { const: kind.name },
            resourceVersion: { type: "string", description: "How far the watch has come." },
            initialEventsEnd: { const: true, description: "What was there when it began has been shown." },
          },
        },
      ),
      event({ const: "ERROR" }, refTo("Problem")),
    ],
  };
}

/** Reported fields are accepted and ignored, so that what was read can be sent back. */
function given(kind: NamedKind): JsonSchema {
  const spec = jsonSchema(kind.spec, "input");
  return {
    ...spec,
    description: kind.about,
    required: ["name", ...requiredOf(spec)],
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

function shown(kind: Kind): JsonSchema {
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

const code = { type: "string", enum: Object.keys(errors), description: "What went wrong, for programs." };

const problem: JsonSchema = {
  type: "object",
  description: "RFC 9457.",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string", format: "uri-reference" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What failed and why." },
    code,
    hint: { type: "string", description: "What to do next." },
    permission: { type: "string", description: "The permission that was missing: `run:llms:gpt`." },
    errors: {
      type: "array",
      description: "What is wrong with a document.",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: {
          path: { type: "string", description: "`timeouts.idle`, `subjects[0].name`" },
          message: { type: "string" },
          expected: { type: "string" },
          given: { type: "string" },
          suggestion: { type: "string", description: "A near spelling that would do." },
        },
      },
    },
  },
};

const openAiError: JsonSchema = {
  type: "object",
  description: "OpenAI's.",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "code", "param"],
      properties: {
        message: { type: "string" },
        type: { type: "string" },
        code: { type: "string" },
        param: { type: ["string", "null"] },
      },
    },
  },
};
