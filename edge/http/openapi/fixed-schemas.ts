/** Schemas of the OpenAPI document that follow from no kind: refusals, and what passes between clients and providers. */
import { errors } from "#db/protocol/errors";
import type { JsonSchema } from "./json-schema.ts";

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

/** What the edge reads of a request for a model; all else is between the client and the provider. */
const inferenceRequest: JsonSchema = {
  type: "object",
  description:
    "As the provider takes it: everything goes there as it came. What is read here may be there once and in this spelling only; fields by which a provider would choose another model are refused unless the LLM has `providerMayChoose`.",
  properties: {
    model: { type: "string", minLength: 1, description: "Name of an LLM, as `GET /v1/models` lists them." },
    stream: { type: "boolean", description: "Answer as server-sent events." },
  },
  additionalProperties: true,
};

const inferenceAnswer: JsonSchema = {
  type: "object",
  description: "As the provider gives it.",
  additionalProperties: true,
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

const bookmark: JsonSchema = {
  type: "object",
  required: ["kind", "resourceVersion"],
  properties: {
    kind: { type: "string" },
    resourceVersion: { type: "string", description: "How far the watch has come." },
    initialEventsEnd: { type: "boolean", description: "What was there when it began has been shown." },
  },
};

const event = (type: string, object: JsonSchema): JsonSchema => ({
  type: "object",
  required: ["type", "object"],
  properties: { type: { const: type }, object },
});

export const fixedSchemas: Readonly<Record<string, JsonSchema>> = {
  InferenceRequest: inferenceRequest,
  NamedInferenceRequest: { ...inferenceRequest, required: ["model"] },
  InferenceAnswer: inferenceAnswer,
  InferenceEvent: {
    type: "object",
    description: "As the provider gives it. The last one may be [DONE], which is no JSON.",
    additionalProperties: true,
  },
  Bookmark: bookmark,
  BookmarkEvent: event("BOOKMARK", { $ref: "#/components/schemas/Bookmark" }),
  ErrorEvent: event("ERROR", { $ref: "#/components/schemas/Problem" }),
  Problem: problem,
  OpenAiError: openAiError,
};
