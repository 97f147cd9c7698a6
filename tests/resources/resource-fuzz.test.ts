/** Whatever is sent, the edge answers as it means to: never a 5xx, and never with a secret. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { kinds } from "#db/kinds/index";
import { isObject } from "#db/schema/validate";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { verifies } from "../requirements.ts";
import { documentOf } from "./document-arbitrary.ts";
import { everySample } from "./resource-samples.ts";

let edge: TestEdge;
let api: Api;
let schemas: Record<string, Record<string, unknown>>;

beforeAll(async () => {
  edge = await startEdge();
  api = apiOf(edge.url, (await edge.bootstrap()).token);
  for (const { kind, document } of everySample) await api.create(kind.plural, document);
  schemas = z
    .object({ components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }) })
    .parse(await api.read("/api/v1/openapi.json")).components.schemas;
});
afterAll(() => edge?.stop());

const names = ["default", "admin", "vault", "keys", "gpt", "eve", "team", "research", "readers", "ci", "nobody", "one"];

const accepted = { yes: 0, no: 0 };

describe.each(kinds.filter((k) => k.verbs.includes("create")).map((kind) => ({ kind, plural: kind.plural })))(
  "$plural",
  ({ kind, plural }) => {
    test("take any document that the schema could mean, or say why not", async () => {
      const component = kind.name.charAt(0).toUpperCase() + kind.name.slice(1);
      const schema = schemas[`${component}Input`] ?? {};
      const one = everySample.find((s) => s.kind.name === kind.name)?.document.name;
      await fc.assert(
        fc.asyncProperty(
          documentOf(schema, names),
          fc.constantFrom(["POST", ""], ["PUT", ""], ["PATCH", ""], ["POST", "&apply=true"], ["PUT", "&apply=true"]),
          async (document, [method = "", more]) => {
            // A version made up would be one that is gone, and the rest of the document not looked at.
            const body =
              method === "POST" || !isObject(document) ? document : { ...document, name: one, resourceVersion: "" };
            const path = method === "POST" ? `/api/v1/${plural}` : `/api/v1/${plural}/${one}`;
            // Stored or not is decided the same way in a dry run, and the next document finds the store as this one did.
            const answer = await api.call(method, `${path}?dryRun=true${more}`, JSON.stringify(body));
            expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
            accepted[answer.status < 300 ? "yes" : "no"]++;
          },
        ),
        { numRuns: 60, endOnFailure: true },
      );
    });
  },
);

test("of the random documents some were taken and some refused", () => {
  expect(accepted.no).toBeGreaterThan(20);
  expect(accepted.yes).toBeGreaterThan(20);
});

test("take any query, or say why not", async () => {
  const keys = fc.constantFrom(
    "limit",
    "continue",
    "labelSelector",
    "fieldSelector",
    "name",
    "sort",
    "dryRun",
    "project",
    "x",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }).filter((s) => s.isWellFormed()),
    fc.stringMatching(/^[a-z.]{1,8}(=|!=| in | notin )\(?[a-z,]{0,8}\)?$/),
    fc.base64String().map((s) => s.replaceAll("=", "")),
    fc.constantFrom("-createdAt", "name", "type=openai", "a in (b,c)", "!a", "1", "0", "-1", "1e9"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.array(fc.tuple(keys, text), { maxLength: 3 }),
      async (kind, query) => {
        const answer = await api.call("GET", `/api/v1/${kind.plural}?${new URLSearchParams(query)}`);
        expect([200, 400, 404], `${JSON.stringify(query)} ${JSON.stringify(answer.body)}`).toContain(answer.status);
      },
    ),
    { numRuns: 200, endOnFailure: true },
  );
});

test("take any bytes, or say why not", async () => {
  const bodies: [string, string | Uint8Array<ArrayBuffer>, number][] = [
    ["nothing", "", 400],
    ["half a document", '{"name":', 400],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400],
    ["a number", "1e999", 400],
    ["a list without an end", "[".repeat(200_000), 400],
    ["a well without a bottom", `${'{"labels":'.repeat(100_000)}1${"}".repeat(100_000)}`, 400],
    ["one name for two fields", '{"name":"a","name":"B B"}', 400],
    ["more than a document", JSON.stringify({ name: "x", description: "x".repeat(3_000_000) }), 413],
  ];
  for (const [what, body, status] of bodies)
    for (const [method, query] of [
      ["POST", ""],
      ["PUT", ""],
      ["PATCH", ""],
      ["POST", "?apply=true"],
      ["PUT", "?apply=true"],
    ] as const) {
      const path = `${method === "POST" ? "/api/v1/llms" : "/api/v1/llms/gpt"}${query}`;
      const answer = await fetch(edge.url + path, { method, body, headers: { authorization: `Bearer ${api.token}` } });
      expect(answer.status, `${method} ${what}: ${await answer.text()}`).toBe(status);
    }
});

test(verifies("secrets.write-only", "no answer, log line or row holds a planted secret"), async () => {
  const said: string[] = [];
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await api.call(method, path, body);
    said.push(JSON.stringify([...answer.headers]) + JSON.stringify(answer.body));
    return answer;
  };
  const paths = Object.entries(
    z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(await api.read("/api/v1/openapi.json")).paths,
  );
  const values = ["gpt", "keys", "eve", "default", "ci"];
  for (const [path, item] of paths)
    if ("get" in item) for (const value of values) await ask("GET", path.replace(/\{[^}]+\}/g, value));
  const wrong = { key: { nested: "canary-wrong" } };
  for (const data of ["canary-wrong", ["canary-wrong"], wrong]) {
    await ask("POST", "/api/v1/secrets", { name: "x", data });
    await ask("PUT", "/api/v1/secrets/keys", { data });
    await ask("PATCH", "/api/v1/secrets/keys", { data });
    await ask("PUT", "/api/v1/secrets/keys?apply=true", { data });
  }
  await ask("PATCH", "/api/v1/secrets/keys", { data: { three: "canary-three", two: null } });
  await ask("PUT", "/api/v1/secrets/keys?apply=true", { data: { one: "canary-one", three: "canary-three" } });
  await ask("PUT", "/api/v1/secrets/keys", { description: "canaries stay inside" });
  await ask("POST", "/api/v1/users", { name: "eve", email: "eve@example.com", password: "canary-password" });
  await ask("DELETE", "/api/v1/secrets/keys");
  const secret = await ask("GET", "/api/v1/secrets/keys");
  expect(secret.body).toMatchObject({ status: { keys: ["one", "three"] } });
  expect(said.join("\n")).not.toMatch(/canary/);
  expect(edge.log()).not.toMatch(/canary/);
  const tables = await rows(edge.databaseUrl, "select tablename as name from pg_tables where schemaname = 'public'");
  expect(tables.length).toBeGreaterThan(kinds.length);
  for (const { name } of tables)
    expect(JSON.stringify(await rows(edge.databaseUrl, `select t::text from "${name}" t`)), String(name)).not.toMatch(
      /canary/,
    );
});

test("no random document made a fault inside the edge", () => {
  expect(edge.log()).not.toMatch(/requestId/);
});
