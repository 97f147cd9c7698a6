/** The OpenAPI 3.1 document: a loop over the routes. Pure. */
import type { z } from "zod";
import { SECRET_HEADER, SESSION_HEADER } from "#db/protocol/publisher";
import type { Permission, Route } from "../route.ts";
import { componentSchemas, type JsonSchema, jsonSchema, refTo } from "./components.ts";

export function openApiDocument(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const tags = [...new Set(routes.map((r) => r.doc.tag))].map((name) => ({ name }));
  return {
    openapi: "3.1.1",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "mcpctl",
      /** Of the API, which the paths name too. */
      version: "v1",
      summary: "One endpoint over a team's LLMs, secrets and rights.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags,
    paths,
    components: { schemas: componentSchemas(), securitySchemes },
  };
}

const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A session's access token, a personal token or an mcptoken." },
  xApiKey: { type: "apiKey", in: "header", name: "x-api-key" },
  apiKey: { type: "apiKey", in: "header", name: "api-key" },
  publisherSession: { type: "apiKey", in: "header", name: SESSION_HEADER },
  publisherSecret: { type: "apiKey", in: "header", name: SECRET_HEADER },
};

function securityOf(permission: Permission): Record<string, never[]>[] {
  switch (permission.is) {
    case "public":
      return [];
    case "publisher":
      return [{ publisherSession: [], publisherSecret: [] }];
    default:
      return [{ bearer: [] }, { xApiKey: [] }, { apiKey: [] }];
  }
}

/** hono's `:name` and `:name{pattern}` → `{name}`. */
export const templateOf = (path: string): string => path.replace(/:([A-Za-z0-9_]+)(\{[^}]*\})?/g, "{$1}");

function operation(route: Route): JsonSchema {
  const { doc, path, permission } = route;
  const inPath = [...templateOf(path).matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const described = (where: "query" | "header", all: Readonly<Record<string, string>> = {}) =>
    Object.entries(all).map(([name, description]) => ({ name, in: where, description, schema: { type: "string" } }));
  const parameters = [...inPath, ...described("query", doc.query), ...described("header", doc.headers)];
  return {
    operationId: operationId(route),
    tags: [doc.tag],
    summary: doc.summary,
    description: permissionText(permission),
    security: securityOf(permission),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(doc.body === undefined
      ? {}
      : { requestBody: { required: true, content: content(doc.bodyType ?? "application/json", doc.body, "input") } }),
    responses: responsesOf(route),
  };
}

function responsesOf({ doc, permission, surface, path, method }: Route): JsonSchema {
  const { status, schema } = doc.answer ?? { status: 200 };
  const success = {
    description: doc.summary,
    ...(schema
      ? {
          content: {
            ...content("application/json", schema, "output"),
            ...(doc.events ? content("text/event-stream", doc.events, "output") : {}),
          },
        }
      : {}),
  };
  const guarded = permission.is !== "public";
  const refusals: [boolean, number, string][] = [
    [doc.body !== undefined || doc.query !== undefined, 400, "The request is not valid; it says where."],
    [guarded, 401, "The credential is missing or not valid."],
    [guarded && permission.is !== "authenticated", 403, "A permission is missing; it says which."],
    [path.includes(":"), 404, "There is nothing of this name."],
    [surface === "api" && method !== "GET", 409, "It conflicts with what there is."],
    [doc.events !== undefined, 410, "What came since that resourceVersion is no longer known."],
    [doc.headers?.["if-match"] !== undefined, 412, "Somebody has changed it since it was read."],
    [doc.body !== undefined, 413, "The body is too large."],
    [true, 503, "The store or what stands behind can't be reached."],
  ];
  const refusal = (description: string) => ({
    description,
    content:
      surface === "openai"
        ? { "application/json": { schema: refTo("OpenAiError") } }
        : { "application/problem+json": { schema: refTo("Problem") } },
  });
  return {
    [status]: success,
    ...Object.fromEntries(refusals.filter(([applies]) => applies).map(([, code, why]) => [code, refusal(why)])),
    default: refusal("Any other refusal."),
  };
}

const content = (type: string, schema: z.ZodType | string, io: "input" | "output") => ({
  [type]: { schema: typeof schema === "string" ? refTo(schema) : jsonSchema(schema, io) },
});

function permissionText(permission: Permission): string {
  switch (permission.is) {
    case "public":
      return `Needs no credential: ${permission.why}.`;
    case "authenticated":
      return "Needs any valid credential.";
    case "publisher":
      return "Needs the secret of the publisher's session.";
    case "owned":
      return `Needs ${permission.own ? `${permission.own}:${permission.resource}` : "any valid credential"} for one's own${
        permission.others ? `, ${permission.others}:${permission.resource} for those of others` : ""
      }.`;
    case "operation":
      return `Needs run:${permission.action}.`;
    case "resource":
      return `Needs ${permission.role}:${permission.resource}${permission.name ? ":NAME" : ""}.`;
  }
}

/** `GET /api/v1/llms/{name}` → `getApiV1LlmsByName`: stable, and one for each route. */
function operationId({ method, path }: Route): string {
  const words = templateOf(path)
    .split("/")
    .filter(Boolean)
    .map((part) => part.replace(/^\{(.*)\}$/, "by-$1"))
    .join("-")
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method.toLowerCase() + words.map((w) => w.charAt(0).toUpperCase() + w.slice(1)).join("");
}
