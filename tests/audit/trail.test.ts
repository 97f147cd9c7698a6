/** The audit trail as a kind that can be read. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { apiOf, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const at = "/api/v1/auditevents";
const event = z.looseObject({
  id: z.string(),
  createdAt: z.iso.datetime(),
  type: z.string(),
  principal: z.string().optional(),
  token: z.string().optional(),
  action: z.string().optional(),
  about: z.string().optional(),
  payload: z.record(z.string(), z.unknown()),
});
const list = z.object({ items: z.array(event), continue: z.string().optional() });

let edge: TestEdge;
let send: Send;
let root: string;
const read = async (query = "") => {
  const answer = await send("GET", at + query, { token: root });
  expect(answer.status, answer.text).toBe(200);
  return list.parse(answer.body);
};

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  for (const name of ["one", "two"]) await send("POST", "/api/v1/groups", { token: root, body: { name } });
  await send("PATCH", "/api/v1/groups/one", { token: root, body: { description: "changed" } });
  await send("POST", "/api/v1/auth/login", { body: { email: "eve@example.com", password: "not the right one" } });
  await rows(
    edge.databaseUrl,
    `insert into auditevent (id, time, kind, principal, token_name, project, payload)
     select 'old-' || n, timestamptz '2020-01-01' + n * interval '1 hour', 'llm_inference_call', 'ci', 'ci', 'web',
       jsonb_build_object('llm', 'm' || n % 10, 'path', '/v1/chat/completions', 'status', 200) from generate_series(1, 500) n`,
  );
  const written = async () =>
    (await read("?fieldSelector=about=group/one")).items.length === 2 &&
    (await read("?fieldSelector=principal=eve@example.com")).items.length === 1;
  await until("what was done has been recorded", written, 10_000);
});
afterAll(() => edge?.stop());

describe("the audit trail", () => {
  test(verifies("audit.read", "is listed newest first, page by page, with each event once"), async () => {
    const seen: z.infer<typeof event>[] = [];
    for (let next: string | undefined = ""; next !== undefined; ) {
      const page = await read(`?limit=100${next ? `&continue=${next}` : ""}`);
      seen.push(...page.items);
      next = page.continue;
    }
    expect(seen.length).toBeGreaterThan(503);
    expect(new Set(seen.map((e) => e.id)).size).toBe(seen.length);
    const times = seen.map((e) => Date.parse(e.createdAt));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  test(verifies("audit.read", "is filtered by kind, resource, principal, credential, project and time"), async () => {
    expect((await read("?fieldSelector=about=group/one")).items.map((e) => [e.type, e.action, e.principal])).toEqual([
      ["resource_change", "changed", "admin"],
      ["resource_change", "created", "admin"],
    ]);
    expect((await read("?fieldSelector=about=llm/m3")).items).toHaveLength(50);
    expect((await read("?fieldSelector=type=auth,principal=eve@example.com")).items).toMatchObject([
      { action: "login-failed" },
    ]);
    expect((await read("?fieldSelector=token=ci,project=web&limit=7")).items).toHaveLength(7);
    const window = await read("?since=2020-01-02&until=2020-01-03T00:00:00Z");
    expect(window.items.map((e) => e.id)).toEqual(Array.from({ length: 24 }, (_, i) => `old-${47 - i}`));
    expect((await read("?since=1h")).items.every((e) => !e.id.startsWith("old-"))).toBe(true);
    expect((await read("?sort=createdAt&limit=1")).items[0]?.id).toBe("old-1");
  });

  test("gives a single event by its id", async () => {
    const answer = await send("GET", `${at}/old-7`, { token: root });
    expect([answer.status, answer.body["about"]]).toEqual([200, "llm/m7"]);
    expect((await send("GET", `${at}/old-9999`, { token: root })).status).toBe(404);
  });

  test("can't be written, and refuses filters and orders that no index answers", async () => {
    for (const method of ["PUT", "PATCH", "DELETE"])
      expect((await send(method, `${at}/old-7`, { token: root, body: {} })).status).toBe(405);
    for (const query of ["?sort=principal", "?fieldSelector=action=created", "?since=soon", "?until=2020-13-01"])
      expect([query, (await send("GET", at + query, { token: root })).status]).toEqual([query, 400]);
  });

  test("is shown to whoever may view auditevents, and to nobody else", async () => {
    const person = async (name: string, resource: string) =>
      (await personWith(apiOf(edge.url, root), name, [{ role: "view", resource }])).token;
    expect((await send("GET", at, { token: await person("auditor", "auditevents") })).status).toBe(200);
    const refused = await send("GET", at, { token: await person("other", "llms") });
    expect([refused.status, refused.body["permission"]]).toEqual([403, "view:auditevents"]);
  });
});
