/** Writes that meet, over a PostgreSQL in which transactions really run side by side. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PrivatePostgres } from "#db/local/private-postgres";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { startPostgres } from "../harness/test-store.ts";

let store: PrivatePostgres | undefined;
let edge: TestEdge | undefined;
let admin: Api;

beforeAll(async () => {
  store = await startPostgres();
  if (!store) return;
  edge = await startEdge({ store: store.databaseUrl });
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  for (const name of ["red", "blue"]) {
    await admin.create("projects", { name });
    await admin.create("agents", { name, llm: "gpt", project: name });
  }
});
afterAll(async () => {
  await edge?.stop();
  await store?.stop();
});

const statuses = async (...calls: ReturnType<Api["call"]>[]) => (await Promise.all(calls)).map((a) => a.status);

test("a prompt that a personality attaches at the same moment is not moved to another project", async (context) => {
  if (!edge) return context.skip();
  await admin.create("personalities", { name: "calm", agent: "red" });
  for (let i = 0; i < 25; i++) {
    await admin.create("prompts", { name: `p${i}`, content: "x", project: "red" });
    const met = await statuses(
      admin.call("POST", "/api/v1/personalities/calm/prompts", { prompt: `p${i}` }),
      admin.call("PATCH", `/api/v1/prompts/p${i}`, { project: "blue" }),
    );
    expect(Math.max(...met), String(met)).toBeLessThan(500);
    await admin.call("DELETE", `/api/v1/personalities/calm/prompts/p${i}`);
    expect(
      met.filter((s) => s === 200),
      String(met),
    ).toHaveLength(1);
  }
}, 60_000);

test("an agent whose personality attaches a prompt is not moved while the prompt is", async (context) => {
  if (!edge) return context.skip();
  for (let i = 0; i < 5; i++) {
    await admin.create("agents", { name: `a${i}`, llm: "gpt", project: "red" });
    await admin.create("prompts", { name: `q${i}`, content: "x" });
    await admin.create("personalities", { name: `n${i}`, agent: `a${i}`, prompts: [{ prompt: `q${i}` }] });
    const met = await statuses(
      admin.call("PATCH", `/api/v1/prompts/q${i}`, { project: "red" }),
      admin.call("PATCH", `/api/v1/agents/a${i}`, { project: "blue" }),
    );
    expect([...met].sort(), String(met)).toEqual([200, 409]);
  }
}, 60_000);

test("a resource that is deleted while others write to it goes or stays whole, without a fault", async (context) => {
  if (!edge) return context.skip();
  for (let i = 0; i < 15; i++) {
    const name = `going${i}`;
    await admin.create("projects", { name });
    await admin.create("prompts", { name: `r${i}`, content: "x", project: name });
    await admin.create("agents", { name, llm: "gpt", project: "red" });
    await admin.create("personalities", { name, agent: name });
    const met = await statuses(
      admin.call("DELETE", `/api/v1/projects/${name}`),
      admin.call("DELETE", `/api/v1/projects/${name}`),
      admin.call("DELETE", `/api/v1/prompts/r${i}`),
      admin.call("POST", "/api/v1/prompts", { name: `s${i}`, content: "x", project: name }),
      admin.call("PATCH", `/api/v1/prompts/r${i}`, { content: "y" }),
      admin.call("PATCH", `/api/v1/agents/${name}`, { defaultPersonality: name, project: name }),
      admin.call("DELETE", `/api/v1/personalities/${name}?agent=${name}`),
      admin.call("DELETE", `/api/v1/agents/${name}`),
    );
    expect(Math.max(...met), String(met)).toBeLessThan(500);
  }
  const strays = await rows(
    edge.databaseUrl,
    "select name from prompt where spec->>'project' is not null and spec->>'project' not in (select name from project)",
  );
  expect(strays).toEqual([]);
}, 120_000);

test("a proposal that two approve at once becomes one prompt", async (context) => {
  if (!edge) return context.skip();
  for (let i = 0; i < 10; i++) {
    await admin.create("promptrequests", { name: `t${i}`, content: "x" });
    const path = `/api/v1/promptrequests/t${i}/approve`;
    const met = await statuses(admin.call("POST", path), admin.call("POST", path));
    expect(met).toContain(201);
    expect(Math.max(...met), String(met)).toBeLessThan(500);
    expect((await admin.call("GET", `/api/v1/promptrequests/t${i}`)).status).toBe(404);
  }
}, 60_000);
