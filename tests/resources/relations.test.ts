/** What belongs to what: who goes with whom, whose name governs, and which prompts a personality may attach. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { rows } from "../harness/rows.ts";
import { verifies } from "../requirements.ts";

let edge: TestEdge;
let admin: Api;

const problem = z.object({
  detail: z.string(),
  code: z.string(),
  hint: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
const list = z.object({ items: z.array(z.object({ name: z.string() })) });
const names = async (api: Api, path: string) => list.parse(await api.read(path)).items.map((i) => i.name);

async function refused(api: Api, method: string, path: string, body?: unknown) {
  const answer = await api.call(method, path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeGreaterThanOrEqual(400);
  return { status: answer.status, ...problem.parse(answer.body) };
}

const userWith = (name: string, bindings: object[]) => personWith(admin, name, bindings);

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  await admin.create("llms", { name: "gpt", type: "openai", model: "m" });
  for (const name of ["red", "blue"]) {
    await admin.create("projects", { name });
    await admin.create("agents", { name, llm: "gpt", project: name });
    await admin.create("prompts", { name: `${name}-project`, content: "x", project: name });
    await admin.create("prompts", { name: `${name}-own`, content: "x", agent: name });
  }
  await admin.create("prompts", { name: "everybodys", content: "x" });
});
afterAll(() => edge?.stop());

test(
  verifies("resources.personality-scope", "a personality attaches its agent's prompts, its project's, and everybody's"),
  async () => {
    const good = ["red-own", "red-project", "everybodys"].map((prompt) => ({ prompt }));
    await admin.create("personalities", { name: "calm", agent: "red", prompts: good });
    for (const prompt of ["blue-own", "blue-project"]) {
      const { status, errors } = await refused(admin, "PATCH", "/api/v1/personalities/calm", {
        prompts: [...good, { prompt }],
      });
      expect(status).toBe(400);
      expect(errors).toMatchObject([{ path: "prompts[3].prompt" }]);
    }
  },
);

test(
  verifies("resources.personality-scope", "what a personality attaches can't be taken out of its reach"),
  async () => {
    const moved = await refused(admin, "PATCH", "/api/v1/prompts/red-project", { project: "blue" });
    expect(moved).toMatchObject({ status: 409, code: "still_referred" });
    expect(moved.detail).toContain("personality/calm");
    const agentMoved = await refused(admin, "PATCH", "/api/v1/agents/red", { project: "blue" });
    expect(agentMoved).toMatchObject({ status: 409, code: "still_referred" });
    expect((await admin.call("PATCH", "/api/v1/prompts/red-project", { project: "red", priority: 9 })).status).toBe(
      200,
    );
  },
);

test("an agent's default personality is one of its own, by name", async () => {
  await admin.create("personalities", { name: "loud", agent: "blue" });
  const { errors } = await refused(admin, "PATCH", "/api/v1/agents/red", { defaultPersonality: "loud" });
  expect(errors).toMatchObject([{ path: "defaultPersonality", message: 'there is no personality "loud" within it' }]);
  expect((await admin.call("PATCH", "/api/v1/agents/red", { defaultPersonality: "calm" })).status).toBe(200);
  const kept = await refused(admin, "DELETE", "/api/v1/personalities/calm");
  expect(kept).toMatchObject({ status: 409 });
  expect(kept.detail).toContain("agent/red");
});

test(verifies("rbac.personalities", "a personality is reached by the rights on its agent"), async () => {
  const red = await userWith("reds", [{ role: "edit", resource: "agents", name: "red" }]);
  expect(await names(red, "/api/v1/personalities")).toEqual(["calm"]);
  expect(await names(red, "/api/v1/agents/red/personalities")).toEqual(["calm"]);
  expect((await red.call("PATCH", "/api/v1/personalities/calm", { description: "d" })).status).toBe(200);
  expect((await red.call("POST", "/api/v1/personalities", { name: "sly", agent: "red" })).status).toBe(201);
  expect((await red.call("DELETE", "/api/v1/personalities/sly")).status).toBe(200);
  expect(await refused(red, "POST", "/api/v1/personalities", { name: "sly", agent: "blue" })).toMatchObject({
    status: 403,
  });
  // Somebody else's looks like one that does not exist.
  const theirs = await red.call("GET", "/api/v1/personalities/loud");
  const absent = await red.call("GET", "/api/v1/personalities/lout");
  expect([theirs.status, absent.status]).toEqual([404, 404]);
  expect(JSON.stringify(theirs.body).replaceAll("loud", "lout")).toBe(JSON.stringify(absent.body));
  const viewer = await userWith("viewer", [{ role: "view", resource: "agents" }]);
  expect(await names(viewer, "/api/v1/personalities")).toEqual(["calm", "loud"]);
  expect((await viewer.call("PATCH", "/api/v1/personalities/calm", { description: "e" })).status).toBe(404);
});

test("two agents may have personalities of one name, which is then said with the agent", async () => {
  await admin.create("personalities", { name: "twin", agent: "red" });
  await admin.create("personalities", { name: "twin", agent: "blue" });
  expect(await refused(admin, "GET", "/api/v1/personalities/twin")).toMatchObject({ status: 400 });
  expect(await admin.read("/api/v1/personalities/twin?agent=blue")).toMatchObject({ agent: "blue" });
  expect(await refused(admin, "POST", "/api/v1/personalities", { name: "twin", agent: "red" })).toMatchObject({
    status: 409,
    code: "already_exists",
  });
  for (const agent of ["red", "blue"]) await admin.call("DELETE", `/api/v1/personalities/twin?agent=${agent}`);
});

test(verifies("resources.nested-lists", "resources are listed below the one that they name"), async () => {
  expect(await names(admin, "/api/v1/projects/red/prompts")).toEqual(["red-project"]);
  expect(await names(admin, "/api/v1/agents/red/prompts")).toEqual(["red-own"]);
  expect(await names(admin, "/api/v1/projects/red/agents")).toEqual(["red"]);
  expect(await names(admin, "/api/v1/agents/red/personalities?limit=1")).toEqual(["calm"]);
  expect(await refused(admin, "GET", "/api/v1/projects/rad/prompts")).toMatchObject({ status: 404 });
});

test(verifies("resources.cascade", "what belongs to a resource goes with it, and the trail names each"), async () => {
  await admin.create("llms", { name: "tmp", type: "openai", model: "m" });
  await admin.create("agents", { name: "brief", llm: "tmp" });
  await admin.create("prompts", { name: "brief-own", content: "x", agent: "brief" });
  await admin.create("personalities", { name: "p", agent: "brief", prompts: [{ prompt: "brief-own" }] });
  await admin.call("PATCH", "/api/v1/agents/brief", { defaultPersonality: "p" });
  const kept = await refused(admin, "DELETE", "/api/v1/llms/tmp");
  expect(kept).toMatchObject({ status: 409 });
  expect(kept.detail).toContain("agent/brief");
  expect((await admin.call("DELETE", "/api/v1/agents/brief?dryRun=true")).status).toBe(200);
  expect((await admin.call("GET", "/api/v1/personalities/p")).status).toBe(200);
  expect((await admin.call("DELETE", "/api/v1/agents/brief")).status).toBe(200);
  for (const gone of ["agents/brief", "prompts/brief-own", "personalities/p"])
    expect((await admin.call("GET", `/api/v1/${gone}`)).status, gone).toBe(404);
  expect((await admin.call("DELETE", "/api/v1/llms/tmp")).status).toBe(200);
});

test("a parent is not deleted while something that stays refers to what would go with it", async () => {
  await admin.create("agents", { name: "host", llm: "gpt", project: "red" });
  await admin.create("personalities", { name: "guest", agent: "host", prompts: [{ prompt: "red-project" }] });
  const kept = await refused(admin, "DELETE", "/api/v1/projects/red");
  expect(kept.errors?.map((e) => e.path)).toEqual(
    expect.arrayContaining(["agent/host", "agent/red", "personality/guest"]),
  );
  expect(await names(admin, "/api/v1/projects/red/prompts")).toEqual(["red-project"]);
});

test(
  verifies("resources.store-invariants", "the store itself refuses a prompt of two owners and a server of none"),
  async () => {
    const into = (table: string, spec: unknown) =>
      rows(
        edge.databaseUrl,
        `insert into ${table} (id, name, spec) values ('x${table}', 'x', '${JSON.stringify(spec)}'::jsonb)`,
      );
    await expect(into("prompt", { content: "x", project: "red", agent: "red" })).rejects.toThrow("prompt_at_most_one");
    await expect(into("server", {})).rejects.toThrow("server_one_of");
    await expect(into("server", { url: "a", dockerImage: "b" })).rejects.toThrow("server_one_of");
  },
);

test("a project belongs to whoever creates it, unless they say otherwise", async () => {
  expect(await admin.read("/api/v1/projects/red")).toMatchObject({ owner: "admin" });
});

test("somebody who may not edit a secret can't hand it to a program of their choice", async () => {
  await admin.create("secrets", { name: "keys", data: { one: "canary" } });
  const builder = await userWith("builder", [{ role: "edit", resource: "servers" }]);
  const spec = {
    packageName: "mine",
    runtime: "node",
    env: [{ name: "K", valueFrom: { secretRef: { name: "keys", key: "one" } } }],
  };
  expect(await refused(builder, "POST", "/api/v1/servers", { name: "thief", ...spec })).toMatchObject({
    status: 403,
    detail: expect.stringContaining("edit:secrets:keys"),
  });
  await admin.create("servers", { name: "honest", ...spec });
  const repackaged = { packageName: "other" };
  expect(await refused(builder, "PATCH", "/api/v1/servers/honest", repackaged)).toMatchObject({ status: 403 });
  expect((await builder.call("PATCH", "/api/v1/servers/honest", { replicas: 2 })).status).toBe(200);
});

test(verifies("resources.dormant", "setting a field that nothing acts upon yet gives a warning"), async () => {
  const answer = await admin.call("PATCH", "/api/v1/llms/gpt", { limits: { requestsPerMinute: 5 } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("warning")).toContain("limits");
  const again = await admin.call("PATCH", "/api/v1/llms/gpt", { tier: "heavy" });
  expect(again.headers.get("warning")).toBeNull();
});

test("an openbao backend is described, and no secret is put where it could not be kept", async () => {
  await admin.create("secrets", { name: "bao-token", data: { token: "canary" } });
  const config = { url: "https://bao.example.com", auth: "token", tokenSecretRef: { name: "bao-token", key: "token" } };
  await admin.create("secretbackends", { name: "bao", type: "openbao", config });
  expect(
    await refused(admin, "POST", "/api/v1/secrets", { name: "s", backend: "bao", data: { a: "b" } }),
  ).toMatchObject({
    status: 400,
    code: "unsupported",
  });
  expect(await refused(admin, "DELETE", "/api/v1/secrets/bao-token")).toMatchObject({ status: 409 });
});

test(verifies("resources.attach", "prompts are attached to a personality and detached, one at a time"), async () => {
  const at = "/api/v1/personalities/loud/prompts";
  expect((await admin.call("POST", at, { prompt: "blue-own", priority: 3 })).status).toBe(200);
  expect((await admin.call("POST", at, { prompt: "everybodys" })).status).toBe(200);
  expect(await names(admin, at)).toEqual(["blue-own", "everybodys"]);
  expect(await names(admin, `${at}?limit=1&sort=-name`)).toEqual(["everybodys"]);
  expect(await refused(admin, "POST", at, { prompt: "blue-own" })).toMatchObject({ status: 409 });
  expect(await refused(admin, "POST", at, { prompt: "red-own" })).toMatchObject({ status: 400 });
  expect(await refused(admin, "POST", at, { promt: "blue-own" })).toMatchObject({ status: 400 });
  expect((await admin.call("DELETE", `${at}/everybodys`)).status).toBe(200);
  expect(await refused(admin, "DELETE", `${at}/everybodys`)).toMatchObject({ status: 404 });
  expect(await admin.read("/api/v1/personalities/loud")).toMatchObject({
    prompts: [{ prompt: "blue-own", priority: 3 }],
  });
  // Who may view an agent sees only those of its prompts that they may view as prompts.
  const viewer = await userWith("agentviewer", [{ role: "view", resource: "agents" }]);
  expect(await names(viewer, at)).toEqual([]);
});

test(
  verifies("resources.approve", "a proposed prompt becomes one by whoever may create prompts, and nobody else"),
  async () => {
    const proposer = await userWith("proposer", [{ role: "edit", resource: "promptrequests" }]);
    await proposer.create("promptrequests", { name: "tone", content: "Be kind.", project: "blue", reason: "asked" });
    expect(await admin.read("/api/v1/promptrequests/tone")).toMatchObject({ status: { proposedBy: "proposer" } });
    expect(await refused(proposer, "POST", "/api/v1/promptrequests/tone/approve")).toMatchObject({ status: 403 });
    const approved = await admin.call("POST", "/api/v1/promptrequests/tone/approve");
    expect(approved.status).toBe(201);
    expect(approved.body).toMatchObject({ kind: "prompt", content: "Be kind.", project: "blue" });
    expect(await refused(admin, "GET", "/api/v1/promptrequests/tone")).toMatchObject({ status: 404 });
    await admin.create("promptrequests", { name: "tone", content: "Be rude." });
    expect(await refused(admin, "POST", "/api/v1/promptrequests/tone/approve")).toMatchObject({ status: 409 });
    expect(await admin.read("/api/v1/prompts/tone")).toMatchObject({ content: "Be kind." });
    // The prompt had been made, and the request not yet forgotten, when somebody cut the power.
    await admin.call("PUT", "/api/v1/promptrequests/tone", { content: "Be kind.", project: "blue" });
    expect((await admin.call("POST", "/api/v1/promptrequests/tone/approve")).status).toBe(200);
  },
);

test("an LLM within a cluster is not called from outside it", async () => {
  await admin.create("clusters", { name: "home" });
  await admin.create("llms", { name: "inner", type: "vllm", model: "m", url: "http://10.0.0.7", cluster: "home" });
  const answer = await admin.call("POST", "/v1/chat/completions", { model: "inner", messages: [] });
  expect(answer.status).toBe(502);
  expect(JSON.stringify(answer.body)).toContain("cluster home");
  expect(await refused(admin, "DELETE", "/api/v1/clusters/home")).toMatchObject({ status: 409 });
});
