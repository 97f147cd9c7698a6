import { describe, expect, test } from "vitest";
import { z } from "zod";
import { kinds } from "#db/kinds/index";
import { resourceRoutes } from "../../resources/routes.ts";
import { may, open, route } from "../route.ts";
import { openApiDocument, templateOf } from "./document.ts";

const operation = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(
    z.string(),
    z.union([z.strictObject({ $ref: z.string() }), z.looseObject({ description: z.string().min(1) })]),
  ),
  requestBody: z
    .object({ required: z.boolean(), content: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional() })).optional(),
});
const shape = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
    responses: z.record(z.string(), z.object({ description: z.string().min(1) })),
    securitySchemes: z.record(z.string(), z.unknown()),
  }),
});

const tried = [
  ...resourceRoutes,
  route("GET", "/healthz", open("no secret"), { tag: "health", summary: "Up." }, () => new Response()),
  route("GET", "/v1/models/:id{.+}", may("run", "llms"), { tag: "models", summary: "One." }, () => new Response()),
];
const raw = openApiDocument(tried);
const document = shape.parse(raw);
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

describe("the OpenAPI document", () => {
  test("has every route once, under an id of its own", () => {
    expect(operations).toHaveLength(tried.length);
    expect(new Set(operations.map((o) => o.operationId)).size).toBe(tried.length);
    expect(templateOf("/v1/models/:id{.+}")).toBe("/v1/models/{id}");
  });

  test("points at nothing that is not there", () => {
    const refs = [...JSON.stringify(raw).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map(([, name]) => name);
    expect(refs.length).toBeGreaterThan(kinds.length);
    const { schemas, responses } = document.components;
    const there = [
      ...Object.keys(schemas).map((name) => `schemas/${name}`),
      ...Object.keys(responses).map((name) => `responses/${name}`),
    ];
    for (const name of refs) expect(there).toContain(name);
    for (const o of operations)
      for (const way of o.security)
        for (const scheme of Object.keys(way))
          expect(Object.keys(document.components.securitySchemes)).toContain(scheme);
  });

  test("declares every parameter of a path as required", () => {
    for (const [path, item] of Object.entries(document.paths))
      for (const o of Object.values(item)) {
        const names = (o.parameters ?? []).filter((p) => p.in === "path" && p.required).map((p) => p.name);
        expect(names).toEqual([...path.matchAll(/\{([^}]+)\}/g)].map(([, n]) => n));
      }
  });

  test("says who needs no credential", () => {
    expect(document.paths["/healthz"]?.["get"]?.security).toEqual([]);
    expect(document.paths["/api/v1/llms"]?.["get"]?.security.length).toBeGreaterThan(0);
  });

  test("takes write-only fields and never shows them", () => {
    const fields = (name: string) =>
      Object.keys(z.record(z.string(), z.unknown()).parse(document.components.schemas[name]?.["properties"]));
    expect(fields("SecretInput")).toContain("data");
    expect(fields("Secret")).not.toContain("data");
    expect(fields("UserInput")).toContain("password");
    expect(fields("User")).not.toContain("password");
  });

  test("describes documents that the schema's own reader takes", () => {
    for (const kind of kinds.filter((k) => k.verbs.includes("create"))) {
      const name = kind.name.charAt(0).toUpperCase() + kind.name.slice(1);
      const schema = z.fromJSONSchema(document.components.schemas[`${name}Input`] ?? {});
      expect(schema.safeParse({}).success, name).toBe(false);
    }
  });
});
