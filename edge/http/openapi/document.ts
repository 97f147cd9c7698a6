/** The OpenAPI 3.1 document: a loop over the routes. Pure. */
import type { z } from "zod";
import type { Parameter, Permission, Route, RouteDoc } from "../route.ts";
import { componentSchemas, content } from "./components.ts";
import type { JsonSchema } from "./json-schema.ts";
import { responseComponents, responsesOf } from "./responses.ts";

export function openApiDocument(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, routes) };
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
      description:
        "Every request that needs a credential takes X-Service-Account besides: namespace/name, or cluster/namespace/name, of the service account to act as. It needs run:impersonate.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags,
    paths,
    components: {
      schemas: componentSchemas(),
      responses: responseComponents(paths),
      securitySchemes: schemesOf(routes),
    },
  };
}

const credentials = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A session's access token, a personal token, an mcptoken or a pod's token of a registered cluster.",
  },
  xApiKey: { type: "apiKey", in: "header", name: "x-api-key" },
  apiKey: { type: "apiKey", in: "header", name: "api-key" },
};

/** Those that any route takes, and those that some routes have of their own. */
function schemesOf(routes: readonly Route[]): JsonSchema {
  const own = routes.flatMap(({ permission }) =>
    permission.is === "object" ? Object.entries(permission.secret.headers) : [],
  );
  return {
    ...credentials,
    ...Object.fromEntries(own.map(([scheme, name]) => [scheme, { type: "apiKey", in: "header", name }])),
  };
}

function securityOf(permission: Permission): Record<string, never[]>[] {
  switch (permission.is) {
    case "public":
      return [];
    case "object":
      return [Object.fromEntries(Object.keys(permission.secret.headers).map((scheme) => [scheme, []]))];
    default:
      return [{ bearer: [] }, { xApiKey: [] }, { apiKey: [] }];
  }
}

/** hono's `:name` and `:name{pattern}` → `{name}`. */
export const templateOf = (path: string): string => path.replace(/:([A-Za-z0-9_]+)(\{[^}]*\})?/g, "{$1}");

function operation(route: Route, all: readonly Route[]): JsonSchema {
  const { doc, path, permission } = route;
  const inPath = [...templateOf(path).matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1 },
  }));
  const parameters = [...inPath, ...described("query", doc.query), ...described("header", doc.headers)];
  return {
    operationId: operationId(route),
    tags: [doc.tag],
    summary: doc.summary,
    description: permissionText(permission),
    security: securityOf(permission),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(doc.body === undefined ? {} : { requestBody: bodyOf(doc, doc.body) }),
    responses: responsesOf(route, linksOf(route, all)),
  };
}

const described = (where: "query" | "header", all: Readonly<Record<string, Parameter>> = {}): JsonSchema[] =>
  Object.entries(all).map(([name, parameter]) => {
    const { about, schema, required } = typeof parameter === "string" ? { about: parameter } : parameter;
    return {
      name,
      in: where,
      description: about,
      ...(required ? { required } : {}),
      schema: schema ?? { type: "string" },
    };
  });

function bodyOf({ bodyTypes, bodyOptional, examples }: RouteDoc, body: z.ZodType | string): JsonSchema {
  const shown = examples && {
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  };
  const media = (bodyTypes ?? ["application/json"]).map((type) => [
    type,
    { ...content(type, body, "input")[type], ...shown },
  ]);
  return { required: bodyOptional !== true, content: Object.fromEntries(media) };
}

/** What was made is read, changed and deleted by its id. */
function linksOf({ method, path, doc }: Route, all: readonly Route[]): JsonSchema | undefined {
  if (method !== "POST" || doc.answer?.status !== 201) return undefined;
  const next = all.filter((r) => r.path === `${path}/:name`);
  if (next.length === 0) return undefined;
  return Object.fromEntries(
    next.map((r) => [
      r.method.toLowerCase(),
      { operationId: operationId(r), description: r.doc.summary, parameters: { name: "$response.body#/id" } },
    ]),
  );
}

function permissionText(permission: Permission): string {
  switch (permission.is) {
    case "public":
      return `Needs no credential: ${permission.why}.`;
    case "authenticated":
      return "Needs any valid credential.";
    case "object":
      return `Needs the secret of ${permission.secret.of}.`;
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
