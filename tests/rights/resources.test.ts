/** What a caller whose bindings name single resources sees and does. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type FakeProvider, json, startFakeProvider } from "../fakes/provider.ts";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { verifies } from "../requirements.ts";

const list = z.object({
  items: z.array(z.looseObject({ name: z.string(), id: z.string() })),
  continue: z.string().optional(),
});
const problem = z.looseObject({
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
  permission: z.string().optional(),
});

let edge: TestEdge;
let admin: Api;
let provider: FakeProvider;

beforeAll(async () => {
  [edge, provider] = await Promise.all([startEdge(), startFakeProvider(json(200, { data: [] }))]);
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  for (const name of ["a", "b", "c", "d", "e"]) await admin.create("llms", { name, type: "openai", model: "m" });
  await admin.create("secrets", { name: "prod-key", data: { key: "canary-prod" } });
});
afterAll(async () => {
  await edge?.stop();
  await provider?.close();
});

let people = 0;
const somebodyWith = (...bindings: { role: string; resource: string; name?: string }[]): Promise<Api> =>
  personWith(admin, `person-${people++}`, bindings);

describe("bindings that name resources", () => {
  test(verifies("rbac.filtered-lists", "show exactly those, in pages that are full"), async () => {
    const ada = await somebodyWith(
      { role: "view", resource: "llms", name: "b" },
      { role: "edit", resource: "llms", name: "d" },
      { role: "run", resource: "llms", name: "e" },
    );
    const first = list.parse((await ada.call("GET", "/api/v1/llms?limit=1")).body);
    expect(first.items.map((i) => i.name)).toEqual(["b"]);
    const second = list.parse((await ada.call("GET", `/api/v1/llms?limit=1&continue=${first.continue}`)).body);
    expect(second.items.map((i) => i.name)).toEqual(["d"]);
    expect(second.continue).toBeUndefined();
    expect((await ada.call("GET", "/api/v1/secrets")).status).toBe(403);
  });

  test(verifies("rbac.names-and-ids", "hold for the name and the id alike"), async () => {
    const ada = await somebodyWith({ role: "edit", resource: "llms", name: "b" });
    const ids = new Map(list.parse((await admin.call("GET", "/api/v1/llms")).body).items.map((i) => [i.name, i.id]));
    for (const word of ["b", ids.get("b")]) {
      expect((await ada.call("GET", `/api/v1/llms/${word}`)).status).toBe(200);
      expect((await ada.call("PATCH", `/api/v1/llms/${word}`, { labels: { by: "ada" } })).status).toBe(200);
    }
    for (const word of ["c", ids.get("c")])
      for (const method of ["GET", "PUT", "PATCH", "DELETE"])
        expect((await ada.call(method, `/api/v1/llms/${word}`, method === "GET" ? undefined : {})).status).toBe(403);
  });

  test("tell nothing of what else exists: what is absent is refused as what is forbidden", async () => {
    const ada = await somebodyWith({ role: "view", resource: "llms", name: "b" });
    const there = await ada.call("GET", "/api/v1/llms/c");
    const nowhere = await ada.call("GET", "/api/v1/llms/x");
    expect([there.status, nowhere.status]).toEqual([403, 403]);
    expect(JSON.stringify(nowhere.body).replaceAll("x", "c")).toBe(JSON.stringify(there.body).replaceAll("x", "c"));
    const maker = await somebodyWith({ role: "create", resource: "llms" });
    const wrong = await maker.call("POST", "/api/v1/llms", {
      name: "n",
      type: "openai",
      model: "m",
      apiKeyRef: { name: "prod-kee", key: "key" },
    });
    expect(wrong.status).toBe(400);
    expect(JSON.stringify(wrong.body)).not.toContain("prod-key");
  });

  test("let somebody create what they name and nothing else", async () => {
    const ada = await somebodyWith({ role: "create", resource: "llms", name: "mine" });
    expect((await ada.call("POST", "/api/v1/llms", { name: "yours", type: "openai", model: "m" })).status).toBe(403);
    expect((await ada.call("POST", "/api/v1/llms", { name: "mine", type: "openai", model: "m" })).status).toBe(201);
    expect((await ada.call("GET", "/api/v1/llms/mine")).status).toBe(403);
  });
});

describe("a provider's key of somebody else", () => {
  const document = (name: string, url?: string) => ({
    name,
    type: "openai",
    model: "m",
    apiKeyRef: { name: "prod-key", key: "key" },
    ...(url ? { url } : {}),
    _skipAuthCheck: true,
  });

  test("is not sent to an address that one chooses", async () => {
    const ada = await somebodyWith({ role: "edit", resource: "llms" });
    const refused = await ada.call("POST", "/api/v1/llms", document("thief", provider.url));
    expect(refused.status).toBe(403);
    expect(problem.parse(refused.body).permission).toBe("edit:secrets:prod-key");
    expect((await ada.call("POST", "/api/v1/llms", document("honest"))).status).toBe(201);
    expect((await ada.call("PATCH", "/api/v1/llms/honest", { url: provider.url })).status).toBe(403);
    expect(provider.received).toEqual([]);
    const keeper = await somebodyWith(
      { role: "edit", resource: "llms" },
      { role: "edit", resource: "secrets", name: "prod-key" },
    );
    expect(
      (await keeper.call("PATCH", "/api/v1/llms/honest", { url: provider.url, _skipAuthCheck: true })).status,
    ).toBe(200);
  });
});

test("a published LLM's fields are its agent's, and people may change its description", async () => {
  await rows(
    edge.databaseUrl,
    `insert into llm (id, name, spec, status) values ('published', 'published',
      '{"type":"vllm","model":"m","tier":"fast","timeouts":{"firstByte":300000,"idle":120000}}', '{"lifecycle":"virtual","state":"active"}')`,
  );
  const at = "/api/v1/llms/published";
  for (const patch of [{ url: "http://127.0.0.1:9" }, { type: "openai" }, { model: "n" }]) {
    const answer = await admin.call("PATCH", at, patch);
    expect(answer.status).toBe(409);
    expect(problem.parse(answer.body).detail).toContain(Object.keys(patch)[0]);
  }
  const described = await admin.call("PATCH", at, { description: "Ada's", tier: "heavy" });
  expect(described.status).toBe(200);
  expect(described.body).toMatchObject({ description: "Ada's", status: { lifecycle: "virtual" } });
});

describe("the probe of an LLM's key", () => {
  const write = (name: string, more: Record<string, unknown> = {}) =>
    admin.call("POST", "/api/v1/llms", {
      name,
      type: "openai",
      model: "m",
      url: `${provider.url}/v1/`,
      apiKeyRef: { name: "prod-key", key: "key" },
      ...more,
    });

  test(
    verifies("inference.auth-probe", "asks the provider once, when the address or the key changes, and only then"),
    async () => {
      provider.does(json(200, { data: [] }));
      const before = provider.received.length;
      expect((await write("probed")).status).toBe(201);
      expect((await admin.call("PATCH", "/api/v1/llms/probed", { description: "d", model: "n" })).status).toBe(200);
      expect((await write("unprobed", { _skipAuthCheck: true })).status).toBe(201);
      const seen = provider.received.slice(before);
      expect(seen.map((r) => `${r.method} ${r.path}`)).toEqual(["GET /v1/models"]);
      expect(seen[0]?.headers["authorization"]).toBe("Bearer canary-prod");
      expect(JSON.stringify((await admin.call("GET", "/api/v1/llms/unprobed")).body)).not.toContain("_skipAuthCheck");
    },
  );

  test(verifies("inference.auth-probe", "refuses the LLM in the provider's words, and stores nothing"), async () => {
    for (const status of [401, 403]) {
      provider.does(json(status, { error: { message: "Incorrect API key provided: canary-prod" } }));
      const refused = await write("refused");
      expect(refused.status).toBe(422);
      expect(problem.parse(refused.body)).toMatchObject({ code: "credential_refused" });
      expect(JSON.stringify(refused.body)).toContain("Incorrect API key provided: [key]");
      expect((await admin.call("GET", "/api/v1/llms/refused")).status).toBe(404);
    }
  });

  test(verifies("inference.auth-probe", "warns of any other answer, and stores the LLM"), async () => {
    for (const [name, status] of [
      ["w500", 500],
      ["w404", 404],
      ["w429", 429],
    ] as const) {
      provider.does(json(status, {}));
      const answer = await write(name);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("warning")).toContain(String(status));
    }
    provider.does((_, answer) => {
      answer.destroy();
    });
    expect((await write("cut")).headers.get("warning")).toMatch(/^299 mcpctl ".*can't be reached/);
    expect((await write("nobody", { url: "http://127.0.0.1:9" })).status).toBe(201);
  });

  test("does not carry the key along a redirect", async () => {
    const before = provider.received.length;
    provider.does((received, answer) => {
      answer.writeHead(302, { location: received.path.startsWith("/v1") ? "/elsewhere" : "/v1/models" });
      answer.end();
    });
    const answer = await write("redirected");
    expect(answer.headers.get("warning")).toContain("302");
    expect(provider.received.slice(before).map((r) => r.path)).toEqual(["/v1/models"]);
  });

  test("names the keys that a secret has", async () => {
    const answer = await write("keyless", { apiKeyRef: { name: "prod-key", key: "kye" } });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errors: [{ path: "apiKeyRef.key", suggestion: "key" }] });
    expect(JSON.stringify(answer.body)).not.toContain("canary");
  });

  test(verifies("inference.private-refused", "asks no private address"), async () => {
    for (const url of ["http://169.254.169.254", "http://10.0.0.1/v1", "http://[::ffff:10.0.0.1]"]) {
      const answer = await write("inside", { url });
      expect(answer.status, url).toBe(400);
      expect(answer.body).toMatchObject({ errors: [{ path: "url" }] });
    }
  });
});
