/** What a write leaves behind, and what it says when it can't. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";

let edge: TestEdge;
let api: Api;

beforeAll(async () => {
  edge = await startEdge();
  api = apiOf(edge.url, (await edge.bootstrap()).token);
});
afterAll(() => edge?.stop());

const code = (body: unknown) => z.looseObject({ code: z.string() }).parse(body).code;

describe("the audit trail", () => {
  const event = z.object({
    principal: z.string(),
    payload: z.object({
      resource: z.string(),
      verb: z.string(),
      fields: z.array(z.looseObject({ field: z.string() })),
    }),
  });
  const events = async (name: string) =>
    z
      .array(event)
      .parse(
        await rows(
          edge.databaseUrl,
          `select principal, payload from auditevent where kind = 'resource_change' and payload->>'name' = '${name}' order by time, id`,
        ),
      );

  test("says who changed which field of which resource, and holds no secret", async () => {
    await api.create("secrets", { name: "tracked", data: { key: "canary-trail" }, description: "a" });
    await api.call("PATCH", "/api/v1/secrets/tracked", { description: "b", data: { key: "canary-again" } });
    await api.call("PATCH", "/api/v1/secrets/tracked", { description: "b" });
    await api.call("PATCH", "/api/v1/secrets/tracked?dryRun=true", { description: "c" });
    await api.call("DELETE", "/api/v1/secrets/tracked");
    await until("the events", async () => (await events("tracked")).some((e) => e.payload.verb === "deleted"), 20_000);
    const told = await events("tracked");
    expect(told.map((e) => [e.principal, e.payload.resource, e.payload.verb])).toEqual([
      ["admin", "secret", "created"],
      ["admin", "secret", "changed"],
      ["admin", "secret", "deleted"],
    ]);
    expect(told[1]?.payload.fields).toEqual([{ field: "data" }, { field: "description", before: "a", after: "b" }]);
    expect(JSON.stringify(told)).not.toContain("canary");
  });

  test("names the other resources that a write changed", async () => {
    await api.create("secretbackends", { name: "usurper", type: "plaintext", isDefault: true });
    await api.call("PATCH", "/api/v1/secretbackends/default", { isDefault: true });
    const demoted = async () => (await events("usurper")).find((e) => e.payload.verb === "changed");
    await until("the event", async () => (await demoted()) !== undefined, 20_000);
    expect((await demoted())?.payload.fields).toEqual([{ field: "isDefault", before: true, after: false }]);
  });
});

describe("resources of one name below two parents", () => {
  const one = "/api/v1/mcptokens/twin";

  test("are told apart by the parent or the id, and never guessed", async () => {
    await api.create("projects", { name: "north" });
    await api.create("projects", { name: "south" });
    const north = await api.create("mcptokens", { name: "twin", project: "north" });
    await api.create("mcptokens", { name: "twin", project: "south" });
    for (const method of ["GET", "DELETE"]) {
      const unclear = await api.call(method, one);
      expect(unclear.status).toBe(400);
      expect(unclear.body).toMatchObject({ hint: expect.stringContaining("?project=NAME") });
    }
    expect((await api.call("GET", `${one}?project=north`)).body).toMatchObject({ id: north["id"], project: "north" });
    expect((await api.call("GET", `/api/v1/mcptokens/${north["id"]}`)).body).toMatchObject({ project: "north" });
    expect((await api.call("GET", `${one}?project=nowhere`)).status).toBe(404);
    const inSouth = await api.call("GET", "/api/v1/projects/south/mcptokens");
    expect(inSouth.body).toMatchObject({ items: [{ name: "twin", project: "south" }] });
    expect((await api.call("GET", "/api/v1/projects/nowhere/mcptokens")).status).toBe(404);
    expect((await api.call("POST", "/api/v1/mcptokens", { name: "twin", project: "north" })).status).toBe(409);
    expect((await api.call("POST", "/api/v1/mcptokens", { name: "t", project: "nroth" })).body).toMatchObject({
      errors: [{ path: "project", suggestion: "north" }],
    });
  });

  test("are deleted with their parent, once nothing refers to them", async () => {
    expect((await api.call("DELETE", "/api/v1/projects/south")).status).toBe(409);
    expect((await api.call("POST", `${one}/revoke?project=south`)).status).toBe(200);
    expect((await api.call("DELETE", "/api/v1/projects/south")).status).toBe(200);
    expect((await api.call("GET", one)).body).toMatchObject({ project: "north" });
  });
});

test("a secret that loses a key in use: the answer warns which LLMs it breaks", async () => {
  await api.create("secrets", { name: "used", data: { key: "a", other: "b" } });
  await api.create("llms", {
    name: "user-of-key",
    type: "openai",
    model: "m",
    apiKeyRef: { name: "used", key: "key" },
    _skipAuthCheck: true,
  });
  expect(
    (await api.call("PATCH", "/api/v1/secrets/used", { data: { other: null } })).headers.get("warning"),
  ).toBeNull();
  const gone = await api.call("PUT", "/api/v1/secrets/used", { data: { renamed: "a" } });
  expect(gone.status).toBe(200);
  expect(gone.headers.get("warning")).toContain("user-of-key");
});

test("without a store every route answers 503 and says when to come back", async () => {
  await edge.stopStore();
  for (const [method, path, body] of [
    ["GET", "/api/v1/llms"],
    ["GET", "/api/v1/llms/x"],
    ["POST", "/api/v1/projects", { name: "y" }],
    ["POST", "/api/v1/projects?dryRun=true", { name: "y" }],
    ["PUT", "/api/v1/projects/default", {}],
    ["PATCH", "/api/v1/projects/default", {}],
    ["DELETE", "/api/v1/projects/default"],
  ] as const) {
    const answer = await api.call(method, path, body);
    expect(answer.status, `${method} ${path}`).toBe(503);
    expect(code(answer.body)).toBe("store_unavailable");
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
});
