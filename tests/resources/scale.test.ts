/** An edge over a store of 10,000 models: what people and programs ask of it every day. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { watching } from "../watch/reader.ts";

const MANY = 10_000;
/** What nobody would wait longer for, on a machine that does other things as well. */
const PATIENCE_MS = 10_000;
const page = z.object({
  items: z.array(z.object({ name: z.string() })),
  resourceVersion: z.string(),
  continue: z.string().optional(),
});

let edge: TestEdge;
let send: Send;
let root: string;

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  await rows(
    edge.databaseUrl,
    `insert into llm (id, name, spec, status) select 'l' || n, 'llm-' || n, '{"type": "ollama", "model": "m", "contextWindow": 4096}',
      '{"lifecycle": "public", "state": "active"}' from generate_series(1, ${MANY}) n`,
  );
});
afterAll(() => edge?.stop());

async function within<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  expect(performance.now() - began, what).toBeLessThan(PATIENCE_MS);
  return result;
}

test("/v1/models lists 10,000 models with one statement", async () => {
  await send("GET", "/v1/models", { token: root });
  let { body } = await within("models", () => send("GET", "/v1/models", { token: root }));
  expect(z.object({ data: z.array(z.unknown()) }).parse(body).data).toHaveLength(MANY);
  expect(body["data"]).toContainEqual(
    expect.objectContaining({ id: "llm-7", owned_by: "ollama", context_window: 4096, status: "active" }),
  );
  const statements = async () => {
    const before = (await edge.stats()).queries;
    ({ body } = await within("models", () => send("GET", "/v1/models", { token: root })));
    return (await edge.stats()).queries - before;
  };
  // Now and then the audit of what was before is written meanwhile.
  expect(Math.min(await statements(), await statements(), await statements())).toBe(1);
});

test("paging through 10,000 models shows each once, and every page says where a watch begins", async () => {
  const names = new Set<string>();
  const versions = new Set<string>();
  let next: string | undefined;
  do {
    const path = `/api/v1/llms?limit=1000${next ? `&continue=${next}` : ""}`;
    const answer = page.parse((await within("a page", () => send("GET", path, { token: root }))).body);
    for (const { name } of answer.items) names.add(name);
    versions.add(answer.resourceVersion);
    next = answer.continue;
  } while (next);
  expect(names.size).toBe(MANY);
  expect(versions.size).toBe(1);
});

test("a watch shows all 10,000 models, and then what changed meanwhile", async () => {
  const w = await within("the beginning", () => watching(edge.url, root, "/api/v1/llms?watch=true"));
  // While it lists: one that was told already, one that is not told yet, and one that comes anew.
  await w.tells(1);
  await rows(
    edge.databaseUrl,
    "update llm set labels = '{\"a\": \"b\"}', revision = nextval('revision') where name in ('llm-1', 'llm-9999')",
  );
  await rows(edge.databaseUrl, "delete from llm where name = 'llm-9998'");
  await rows(
    edge.databaseUrl,
    `insert into llm (id, name, spec) values ('zz', 'zz', '{"type": "ollama", "model": "m"}')`,
  );
  const end = () => w.events.findIndex((e) => e.type === "BOOKMARK");
  await expect.poll(end, { timeout: 20_000 }).toBeGreaterThan(MANY - 2);
  const state = () => {
    const known = new Map<unknown, unknown>();
    for (const { type, object } of w.events)
      if (type === "DELETED") known.delete(object["name"]);
      else if (object["name"]) known.set(object["name"], object["labels"]);
    return known;
  };
  await expect.poll(() => state().has("zz") && !state().has("llm-9998"), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => state().get("llm-9999"), { timeout: 20_000 }).toEqual({ a: "b" });
  await expect.poll(() => state().get("llm-1"), { timeout: 20_000 }).toEqual({ a: "b" });
  expect(state().size).toBe(MANY);
  // Nobody is told the same version twice.
  const versions = w.events.slice(0, end()).map((e) => e.object["resourceVersion"]);
  const all = w.events.filter((e) => e.type !== "BOOKMARK").map((e) => `${e.type} ${e.object["resourceVersion"]}`);
  expect(new Set(all).size).toBe(all.length);
  expect(new Set(versions).size).toBe(versions.length);
  w.leave();
});

test("a project is deleted with thousands of revoked tokens, and the trail names each", async () => {
  await send("POST", "/api/v1/projects", { token: root, body: { name: "crowded" } });
  const COUNT = 5_000;
  await rows(
    edge.databaseUrl,
    `insert into mcptoken (id, name, scope_id, spec, status) select 'tok' || n, 'tok-' || n, (select id from project where name = 'crowded'),
      '{"project": "crowded", "expiry": "never", "rbac": "empty", "bindings": [], "operations": []}',
      jsonb_build_object('state', 'revoked', 'hash', 'hash' || n, 'createdBy', 'admin') from generate_series(1, ${COUNT}) n`,
  );
  const { status, text } = await within("the deletion", () =>
    send("DELETE", "/api/v1/projects/crowded", { token: root }),
  );
  expect(status, text).toBe(200);
  const told = `select count(*)::int as n from auditevent where kind = 'resource_change' and payload->>'verb' = 'deleted'
    and payload->>'resource' = 'mcptoken' and payload->>'name' like 'tok-%'`;
  await expect.poll(async () => (await rows(edge.databaseUrl, told))[0], { timeout: 20_000 }).toEqual({ n: COUNT });
});
