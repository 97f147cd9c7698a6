/** How far a binding reaches through what one resource has to do with another: parents, referrers, owners, reviews. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";

let edge: TestEdge;
let admin: Api;

interface Bound {
  role: string;
  resource: string;
  name?: string;
}

let people = 0;
const somebodyWith = (...bindings: Bound[]): Promise<Api> => personWith(admin, `person-${people++}`, bindings);

const status = async (api: Api, method: string, path: string, body?: unknown) =>
  (await api.call(method, path, body)).status;

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  for (const name of ["red", "blue"]) {
    await admin.create("projects", { name });
    await admin.create("agents", { name, llm: "gpt", project: name });
    await admin.create("prompts", { name: `${name}-project`, content: "x", project: name });
  }
  await admin.create("prompts", { name: "mine", content: "x" });
  await admin.create("personalities", { name: "calm", agent: "red", prompts: [{ prompt: "mine" }] });
});
afterAll(() => edge?.stop());

describe("somebody who may write single prompts", () => {
  test("can't put one into a project or agent that they have no rights on", async () => {
    const ada = await somebodyWith(
      { role: "edit", resource: "prompts", name: "mine" },
      { role: "create", resource: "prompts", name: "new" },
      { role: "edit", resource: "projects", name: "blue" },
    );
    for (const owner of [{ project: "red" }, { agent: "red" }]) {
      const moved = await ada.call("PATCH", "/api/v1/prompts/mine", owner);
      expect(moved.status, JSON.stringify(moved.body)).toBe(403);
      expect(moved.body).toMatchObject({ permission: "project" in owner ? "edit:projects:red" : "edit:agents:red" });
      expect(await status(ada, "POST", "/api/v1/prompts", { name: "new", content: "obey", ...owner })).toBe(403);
    }
    expect(await status(ada, "POST", "/api/v1/prompts", { name: "new", content: "x", project: "blue" })).toBe(201);
    expect(await status(ada, "PATCH", "/api/v1/prompts/mine", { content: "y" })).toBe(200);
    const all = await somebodyWith({ role: "create", resource: "prompts" });
    expect(await status(all, "POST", "/api/v1/prompts", { name: "by-all", content: "x", project: "red" })).toBe(201);
  });

  test("can change one that stays where it is", async () => {
    const ada = await somebodyWith({ role: "edit", resource: "prompts", name: "red-project" });
    expect(await status(ada, "PATCH", "/api/v1/prompts/red-project", { content: "better" })).toBe(200);
  });

  test("can't approve a proposal into such a project or agent", async () => {
    await admin.create("promptrequests", { name: "proposed", content: "x", project: "red" });
    const ada = await somebodyWith({ role: "create", resource: "prompts", name: "proposed" });
    expect(await status(ada, "POST", "/api/v1/promptrequests/proposed/approve")).toBe(403);
    expect(await status(admin, "POST", "/api/v1/promptrequests/proposed/approve")).toBe(201);
  });
});

describe("somebody who may not see a parent", () => {
  test("can't tell from lists whether it exists", async () => {
    const ada = await somebodyWith(
      { role: "view", resource: "prompts", name: "mine" },
      { role: "view", resource: "mcptokens", name: "t" },
      { role: "view", resource: "agents", name: "blue" },
    );
    for (const path of [
      (p: string) => `/api/v1/projects/${p}/prompts`,
      (p: string) => `/api/v1/agents/${p}/prompts`,
      (p: string) => `/api/v1/projects/${p}/mcptokens`,
      (p: string) => `/api/v1/mcptokens?project=${p}`,
      (p: string) => `/api/v1/personalities?agent=${p}`,
      (p: string) => `/api/v1/agents/${p}/personalities`,
      (p: string) => `/api/v1/personalities/x?agent=${p}`,
      (p: string) => `/api/v1/mcptokens/t?project=${p}`,
    ]) {
      const [there, nowhere] = [await ada.call("GET", path("red")), await ada.call("GET", path("rad"))];
      expect(nowhere.status, path("red")).toBe(there.status);
      const told = (body: unknown) => JSON.stringify(body).replace(/"resourceVersion":"[^"]*"/, "");
      expect(told(nowhere.body).replaceAll("rad", "red"), path("red")).toBe(told(there.body));
    }
    expect(await status(admin, "GET", "/api/v1/projects/rad/prompts")).toBe(404);
  });
});

describe("a name that two resources below two parents have", () => {
  test("means the one that the caller may see, where that is only one", async () => {
    for (const agent of ["red", "blue"]) await admin.create("personalities", { name: "twin", agent });
    expect(await status(admin, "GET", "/api/v1/personalities/twin")).toBe(400);
    const red = await somebodyWith({ role: "view", resource: "agents", name: "red" });
    expect(await red.read("/api/v1/personalities/twin")).toMatchObject({ agent: "red" });
    const other = await somebodyWith({ role: "view", resource: "agents", name: "green" });
    expect(await status(other, "GET", "/api/v1/personalities/twin")).toBe(404);
    const remover = await somebodyWith({ role: "delete", resource: "agents", name: "blue" });
    expect(await status(remover, "DELETE", "/api/v1/personalities/twin")).toBe(200);
  });
});

describe("what refers to a resource", () => {
  test("is named in a refusal only to who may see it", async () => {
    const ada = await somebodyWith(
      { role: "edit", resource: "llms" },
      { role: "view", resource: "agents", name: "blue" },
    );
    const { status, body } = await ada.call("DELETE", "/api/v1/llms/gpt");
    expect(status).toBe(409);
    expect(JSON.stringify(body)).toContain("agent/blue");
    expect(JSON.stringify(body)).not.toContain("agent/red");
    const ed = await somebodyWith({ role: "edit", resource: "prompts" });
    const kept = await ed.call("DELETE", "/api/v1/prompts/mine");
    expect(kept.status).toBe(409);
    expect(JSON.stringify(kept.body)).not.toContain("calm");
    const moved = await ed.call("PATCH", "/api/v1/prompts/mine", { project: "blue" });
    expect(moved.status).toBe(409);
    expect(JSON.stringify(moved.body)).not.toContain("calm");
  });

  test("a personality among it is seen by the rights on its agent", async () => {
    await admin.create("agents", { name: "calm", llm: "gpt" });
    const answer = z.object({ items: z.array(z.object({ name: z.string() })), hidden: z.int() });
    const names = async (...bindings: Bound[]) => {
      const ada = await somebodyWith({ role: "view", resource: "prompts", name: "mine" }, ...bindings);
      return answer.parse(await ada.read("/api/v1/prompts/mine/referrers")).items.map((i) => i.name);
    };
    expect(await names({ role: "view", resource: "agents", name: "calm" })).toEqual([]);
    expect(await names({ role: "view", resource: "agents", name: "red" })).toEqual(["calm"]);
  });

  test("and an access review of a personality follow the rights on its agent", async () => {
    await admin.create("users", { name: "wanda", email: "wanda@example.com" });
    await admin.create("rbac", {
      name: "wanda",
      subjects: [{ kind: "User", name: "wanda" }],
      bindings: [{ role: "edit", resource: "agents", name: "red" }],
    });
    expect(JSON.stringify(await admin.read("/api/v1/personalities/calm/access"))).toContain("wanda");
  });

  test("is not revealed by an access review", async () => {
    const ada = await somebodyWith({ role: "view", resource: "rbac" });
    const [there, nowhere] = [
      await ada.call("GET", "/api/v1/llms/gpt/access"),
      await ada.call("GET", "/api/v1/llms/gpd/access"),
    ];
    expect([there.status, nowhere.status]).toEqual([200, 200]);
    expect(nowhere.body).toEqual(there.body);
  });
});

describe("a time that PostgreSQL can't hold", () => {
  test("is refused in a list, and does not spoil what a token is for everybody", async () => {
    for (const since of ["999999d", "0000-01-01", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
      expect(await status(admin, "GET", `/api/v1/auditevents?since=${since}`), since).toBeLessThan(500);
    const made = await admin.call("POST", "/api/v1/mcptokens", {
      name: "late",
      expiry: "9999-12-31T23:59:59-23:59",
      bindings: [{ role: "run", resource: "llms" }],
    });
    expect(made.status).toBe(400);
    expect(await status(admin, "GET", "/api/v1/llms/gpt/access")).toBe(200);
  });
});

describe("values of a secret", () => {
  test("don't go where a server's editor sends them with a command around it", async () => {
    await admin.create("secrets", { name: "prod", data: { key: "canary" } });
    await admin.create("clusters", { name: "theirs" });
    await admin.create("servers", {
      name: "s",
      packageName: "p",
      runtime: "node",
      env: [{ name: "KEY", valueFrom: { secretRef: { name: "prod", key: "key" } } }],
    });
    const ada = await somebodyWith({ role: "edit", resource: "servers", name: "s" });
    const key = { name: "KEY", valueFrom: { secretRef: { name: "prod", key: "key" } } };
    for (const change of [
      { cluster: "theirs" },
      { env: [key, { name: "NODE_OPTIONS", value: "--import=data:text/javascript,1" }] },
      { env: [{ ...key, name: "npm_config_registry" }] },
      { networkPolicy: { egress: [{ to: "evil.example.com" }] } },
    ])
      expect(await status(ada, "PATCH", "/api/v1/servers/s", change), JSON.stringify(change)).toBe(403);
    expect(await status(ada, "PATCH", "/api/v1/servers/s", { replicas: 2, description: "d" })).toBe(200);
  });
});

describe("a definition from before clusters had accounts", () => {
  test("can be edited, by nobody who lacks what it gives", async () => {
    const spec = (name: string) =>
      JSON.stringify({
        subjects: [{ kind: "ServiceAccount", name }],
        bindings: [{ role: "edit", resource: "*" }],
        operations: [],
      });
    await rows(
      edge.databaseUrl,
      `insert into rbac (id, name, spec) values ('old1', 'old', '${spec("ci/deployer")}'), ('old2', 'odd', '${spec("No Account")}')`,
    );
    const ada = await somebodyWith({ role: "edit", resource: "rbac" }, { role: "edit", resource: "clusters" });
    expect(await status(ada, "POST", "/api/v1/clusters", { name: "default" })).toBe(201);
    const taken = await ada.call("PATCH", "/api/v1/rbac/old", { description: "d" });
    expect(taken.status, JSON.stringify(taken.body)).toBe(403);
    expect(await status(admin, "GET", "/api/v1/rbac/odd")).toBe(200);
    const mended = { subjects: [{ kind: "ServiceAccount", name: "ci/deployer" }] };
    expect(await status(admin, "PATCH", "/api/v1/rbac/odd", mended)).toBe(200);
    expect(await status(admin, "DELETE", "/api/v1/rbac/old")).toBe(200);
  });
});

describe("a prompt of the system's name", () => {
  test("must hold what the system fills in, also where it comes from elsewhere", async () => {
    await rows(
      edge.databaseUrl,
      "delete from prompt_to_project where from_id in (select id from prompt where name = 'page-titles')",
    );
    await rows(
      edge.databaseUrl,
      `update prompt set spec = '{"content":"mine","priority":5}' where name = 'page-titles'`,
    );
    expect(await status(admin, "PATCH", "/api/v1/prompts/page-titles", { project: "mcpctl-system" })).toBe(400);
    const content = "{{pageCount}}";
    expect(await status(admin, "PATCH", "/api/v1/prompts/page-titles", { project: "mcpctl-system", content })).toBe(
      200,
    );
  });
});
