/** Writes that meet: what is moved while it is attached, what goes while others write to it, and what goes in great numbers. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";

let edge: TestEdge;
let admin: Api;

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  for (const name of ["red", "blue"]) await admin.create("projects", { name });
});
afterAll(() => edge?.stop());

test("a project with 10,000 prompts goes at once, and the trail names each", async () => {
  await admin.create("projects", { name: "large" });
  await rows(
    edge.databaseUrl,
    `insert into prompt (id, name, spec) select 'p' || i, 'large-' || i,
      jsonb_build_object('content', repeat('x', 5000), 'project', 'large', 'priority', 5) from generate_series(1, 10000) i`,
  );
  await rows(
    edge.databaseUrl,
    `insert into prompt_to_project (from_id, path, to_id)
      select 'p' || i, 'project', (select id from project where name = 'large') from generate_series(1, 10000) i`,
  );
  const gone = await admin.call("DELETE", "/api/v1/projects/large");
  expect(gone.status, JSON.stringify(gone.body)).toBe(200);
  expect(await rows(edge.databaseUrl, "select 1 from prompt where name like 'large-%' limit 1")).toEqual([]);
}, 120_000);

test("a template with very many unknown parameters is refused with some of them", async () => {
  const parameters = Object.fromEntries(Array.from({ length: 800 }, (_, i) => [`parameter${i}`, { default: "x" }]));
  const args = Array.from({ length: 400 }, () => "{{qqqqqqqqqqqqqq}}".repeat(200));
  const began = Date.now();
  const answer = await admin.call("POST", "/api/v1/templates", {
    name: "t",
    server: { packageName: "p", runtime: "node", args },
    parameters,
  });
  expect(answer.status).toBe(400);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(JSON.stringify(answer.body).length).toBeLessThan(1_000_000);
}, 60_000);

test("deep and large values are stored or refused within a few seconds", async () => {
  let deep: unknown = 1;
  for (let i = 0; i < 27; i++) deep = { a: deep };
  const extra = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${i}`, deep]));
  const began = Date.now();
  const answer = await admin.call("POST", "/api/v1/agents", { name: "deep", llm: "gpt", defaultParams: { extra } });
  expect([201, 400]).toContain(answer.status);
  expect(Date.now() - began).toBeLessThan(20_000);
  for (const key of ["constructor", "toString", "hasOwnProperty"]) {
    const name = `k-${key.toLowerCase()}`;
    const made = await admin.call("POST", "/api/v1/agents", {
      name,
      llm: "gpt",
      labels: { [key]: "x" },
      defaultParams: { extra: { [key]: { [key]: 1 } } },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const applied = await admin.call("PUT", `/api/v1/agents/${name}?apply=true`, {
      llm: "gpt",
      labels: { [key]: "y" },
      defaultParams: { extra: { [key]: { valueOf: 2 } } },
    });
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  }
  const proto = await admin.call(
    "PATCH",
    "/api/v1/agents/k-constructor",
    JSON.parse('{"defaultParams":{"extra":{"__proto__":{"a":1}}}}'),
  );
  expect(proto.status).toBe(400);
}, 60_000);

test("approving a proposal that changed since it was read is refused", async () => {
  await admin.create("promptrequests", { name: "asked", content: "kind" });
  const read = z.object({ resourceVersion: z.string() }).parse(await admin.read("/api/v1/promptrequests/asked"));
  await admin.call("PATCH", "/api/v1/promptrequests/asked", { content: "unkind" });
  const approve = (version: string) =>
    admin.call("POST", "/api/v1/promptrequests/asked/approve", undefined, { "if-match": `"${version}"` });
  const refused = await approve(read.resourceVersion);
  expect(refused.status).toBe(412);
  expect((await admin.call("GET", "/api/v1/prompts/asked")).status).toBe(404);
  const now = z.object({ resourceVersion: z.string() }).parse(await admin.read("/api/v1/promptrequests/asked"));
  expect((await approve(now.resourceVersion)).status).toBe(201);
});
