/** The document that the edge serves is OpenAPI 3.1, as others' programs read it. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { kinds, tableKinds } from "#db/kinds/index";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { routes } from "../harness/routes.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let api: Api;
let document: Record<string, unknown>;

beforeAll(async () => {
  edge = await startEdge();
  api = apiOf(edge.url, (await edge.bootstrap()).token);
  document = await api.read("/api/v1/openapi.json");
});
afterAll(() => edge?.stop());

const reads = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      parameters: z.array(z.object({ name: z.string(), in: z.string() })).optional(),
      responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() })),
    }),
  ),
);

test(verifies("resources.openapi", "the OpenAPI document is valid, and refers to nothing outside itself"), async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const paths = reads.parse(document["paths"]);
  expect(Object.values(paths).flatMap((item) => Object.keys(item))).toHaveLength(routes.length);
});

test("the check of the OpenAPI document sees one that is wrong", async () => {
  const wrong = { ...document, paths: { "/x": { get: { responses: { twohundred: {} } } } } };
  expect((await new Validator().validate(wrong)).valid).toBe(false);
});

test(
  verifies("resources.openapi", "the OpenAPI document says of every list how it is watched, and what its events are"),
  () => {
    const paths = reads.parse(document["paths"]);
    for (const kind of tableKinds) {
      const list = paths[`/api/v1/${kind.plural}`]?.["get"];
      expect(list?.responses["200"]?.content, kind.plural).toHaveProperty(["text/event-stream"]);
      expect(list?.responses, kind.plural).toHaveProperty(["410"]);
      const names = list?.parameters?.map((p) => p.name);
      expect(names).toEqual(expect.arrayContaining(["watch", "resourceVersion", "last-event-id", "labelSelector"]));
    }
  },
);

test("the OpenAPI document describes what the edge answers", async () => {
  const { schemas } = z
    .object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(document["components"]);
  const inside = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll("#/components/schemas/", "#/$defs/"));
  const all = inside(schemas) as Record<string, unknown>;
  for (const kind of kinds) {
    const name = kind.name.charAt(0).toUpperCase() + kind.name.slice(1);
    const schema = z.fromJSONSchema({ $ref: `#/$defs/${name}List`, $defs: all } as Parameters<
      typeof z.fromJSONSchema
    >[0]);
    const read = schema.safeParse(await api.read(`/api/v1/${kind.plural}`));
    expect(read.error, kind.plural).toBeUndefined();
    expect(schema.safeParse({ items: [{}], resourceVersion: "1" }).success).toBe(false);
  }
});
