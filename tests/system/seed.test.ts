/** What belongs to the system: made by every start, kept as the system needs it, and nobody's to become. */
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { migrate } from "#db/migrate";
import { systemProject, systemUser } from "#db/system/names";
import { systemPrompts } from "#db/system/prompts";
import { exampleRoles } from "#db/system/roles";
import { seed } from "#db/system/seed";
import { templates } from "#db/system/templates";
import { type Person, person } from "../cli/person.ts";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const promptNames = Object.keys(systemPrompts);
const password = "correct horse battery staple";
const first = "page-titles";
/** Of this edge alone. */
const secret = "bootstrap-of-a-test";

let edge: TestEdge;
let admin: Api;
let engineer: Person;

beforeAll(async () => {
  edge = await startEdge({ env: { BOOTSTRAP_SECRET: secret } });
  await refusedBootstraps();
  const { token } = await edge.bootstrap();
  admin = apiOf(edge.url, token);
  engineer = person({ MCPCTL_EDGE: edge.url, MCPCTL_TOKEN: token });
});
afterAll(async () => {
  engineer?.leave();
  await edge?.stop();
});

/** As a start does after the migrations. @returns what was made */
async function start(): Promise<string[]> {
  const client = new pg.Client({ connectionString: edge.databaseUrl });
  await client.connect();
  try {
    return await drizzle(client).transaction((tx) => seed(tx));
  } finally {
    await client.end();
  }
}

const bootstraps: number[] = [];
async function refusedBootstraps() {
  for (const body of [
    { name: systemUser.name, email: "me@example.com" },
    { name: "me", email: systemUser.email.toUpperCase() },
  ]) {
    const answer = await apiOf(edge.url, "").call("POST", "/api/v1/auth/bootstrap", {
      ...body,
      secret,
      password,
    });
    bootstraps.push(answer.status);
  }
}

const tables = ["user", "project", "prompt", "template", "rbac", "seeded", "prompt_to_project", "project_to_user"];
const everything = async () =>
  Promise.all(tables.map((name) => rows(edge.databaseUrl, `select t::text from "${name}" t order by 1`)));
const inStore = (sql: string) => rows(edge.databaseUrl, sql);
const contentOf = async (name: string) => (await admin.read(`/api/v1/prompts/${name}`))["content"];
const names = async (path: string) =>
  z
    .object({ items: z.array(z.looseObject({ name: z.string() })) })
    .parse(await admin.read(path))
    .items.map((i) => i.name);

describe("a start", () => {
  test(verifies("system.idempotent", "that misses nothing makes nothing and changes nothing"), async () => {
    await admin.call("PATCH", `/api/v1/projects/${systemProject}`, { description: "Ours.", labels: { mine: "yes" } });
    const before = await everything();
    expect(await start()).toEqual([]);
    await migrate(edge.databaseUrl);
    expect(await everything()).toEqual(before);
  });

  test(verifies("system.once", "does not bring back a template or a role that somebody deleted"), async () => {
    for (const path of ["templates/memory", "rbac/example-auditor"])
      expect((await admin.call("DELETE", `/api/v1/${path}`)).status).toBe(200);
    expect(await start()).toEqual([]);
    for (const path of ["templates/memory", "rbac/example-auditor"])
      expect((await admin.call("GET", `/api/v1/${path}`)).status).toBe(404);
  });

  test("leaves what somebody has made in the place of a template", async () => {
    const mine = { name: "memory", server: { packageName: "mine", runtime: "node" } };
    await admin.create("templates", mine);
    expect(await start()).toEqual([]);
    expect(await admin.read("/api/v1/templates/memory")).toMatchObject(mine);
  });

  test(verifies("system.idempotent", "makes the user, the project and the prompts that are missing"), async () => {
    const ours = `(select id from project where name = '${systemProject}')`;
    await inStore(`delete from prompt where id in (select from_id from prompt_to_project where to_id in ${ours})`);
    await inStore(`delete from project where name = '${systemProject}'`);
    await inStore(`delete from "user" where name = '${systemUser.name}'`);
    expect((await start()).sort()).toEqual(
      [`user/${systemUser.name}`, `project/${systemProject}`, ...promptNames.map((n) => `prompt/${n}`)].sort(),
    );
    expect(await names(`/api/v1/projects/${systemProject}/prompts`)).toEqual([...promptNames].sort());
    expect(await admin.read(`/api/v1/projects/${systemProject}`)).toMatchObject({ owner: systemUser.name });
  });
});

describe("a system prompt", () => {
  const at = `/api/v1/prompts/${first}`;
  const original = systemPrompts[first]?.content;

  test(verifies("system.prompts", "takes any text that keeps its variables, and a start leaves that"), async () => {
    const content = "Give {{ pageCount }} titles.";
    expect((await admin.call("PATCH", at, { content, priority: 9 })).status).toBe(200);
    expect(await start()).toEqual([]);
    expect(await contentOf(first)).toBe(content);
  });

  test(verifies("system.prompts", "without a variable is refused, and the variable named"), async () => {
    for (const content of ["Give titles.", "Give {{pages}} titles.", ""]) {
      const answer = await admin.call("PATCH", at, { content });
      expect(answer.status, content).toBe(400);
      if (content !== "")
        expect(answer.body).toMatchObject({
          code: "invalid_request",
          detail: expect.stringContaining("{{pageCount}}"),
          hint: expect.stringContaining(`mcpctl delete prompt ${first}`),
          errors: [{ path: "content", message: "lacks {{pageCount}}" }],
        });
    }
    expect(await contentOf(first)).toBe("Give {{ pageCount }} titles.");
  });

  test(verifies("system.prompts", "stays in its project"), async () => {
    const whole = await admin.read(at);
    await admin.create("projects", { name: "elsewhere" });
    const { project: _, ...homeless } = whole;
    for (const [method, body] of [
      ["PATCH", { project: null }],
      ["PATCH", { project: "elsewhere" }],
      ["PUT", homeless],
    ] as const)
      expect((await admin.call(method, at, body)).status, JSON.stringify(body)).toBe(403);
    expect(await admin.read(at)).toEqual(whole);
  });

  test(verifies("system.prompts", "is its original again where it is deleted, and the same row"), async () => {
    const edited = await admin.read(at);
    expect((await admin.call("DELETE", `${at}?dryRun=true`)).status).toBe(200);
    expect(await admin.read(at)).toEqual(edited);
    const answer = await admin.call("DELETE", at);
    expect(answer).toMatchObject({ status: 200, body: { name: first, content: original, priority: 5 } });
    expect(await admin.read(at)).toMatchObject({ id: edited["id"], content: original, project: systemProject });
    expect((await admin.call("DELETE", at)).status).toBe(200);
    expect(await contentOf(first)).toBe(original);
  });

  test("tells the trail what happened to it: a change, no deletion", async () => {
    const told = async () =>
      rows(
        edge.databaseUrl,
        `select payload->>'verb' as verb from auditevent where payload->>'name' = '${first}' order by time, id`,
      );
    await until("the trail has three changes", async () => (await told()).length >= 3);
    expect(new Set((await told()).map((e) => e["verb"]))).toEqual(new Set(["changed"]));
  });
});

describe("what nobody takes away or becomes", () => {
  test(verifies("system.protected", "the project"), async () => {
    const answer = await admin.call("DELETE", `/api/v1/projects/${systemProject}`);
    expect(answer).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    expect(await names(`/api/v1/projects/${systemProject}/prompts`)).toEqual([...promptNames].sort());
  });

  test(verifies("system.protected", "the user"), async () => {
    const at = `/api/v1/users/${systemUser.name}`;
    const before = await admin.read(at);
    const taken = { email: "me@example.com" };
    for (const [method, path, body] of [
      ["DELETE", at, undefined],
      ["PATCH", at, { password }],
      ["PATCH", at, taken],
      ["PUT", at, { ...before, password }],
      ["PATCH", `/api/v1/users/${systemUser.email}`, { password }],
      ["PATCH", `/api/v1/users/${String(before["id"])}`, { password }],
    ] as const)
      expect((await admin.call(method, path, body)).status, `${method} ${path}`).toBe(403);
    expect(await admin.read(at)).toEqual(before);
  });

  test(verifies("system.protected", "nobody logs in as the user, nor is made under its name or address"), async () => {
    for (const word of ["", "system", password, systemUser.email]) {
      const answer = await admin.as("").call("POST", "/api/v1/auth/login", { email: systemUser.email, password: word });
      expect([400, 401], word).toContain(answer.status);
    }
    for (const body of [
      { name: systemUser.name, email: "me@example.com", password },
      { name: "me", email: systemUser.email.toUpperCase(), password },
    ])
      expect((await admin.call("POST", "/api/v1/users", body)).status).toBe(409);
    expect(await inStore(`select 1 from password join "user" u on u.id = user_id where u.name = 'system'`)).toEqual([]);
  });

  test(verifies("system.protected", "nor is the first administrator, who is made beside it, once"), async () => {
    expect(bootstraps).toEqual([400, 400]);
    expect(await names("/api/v1/users")).toEqual(["admin", systemUser.name]);
    const again = await apiOf(edge.url, "").call("POST", "/api/v1/auth/bootstrap", {
      secret,
      name: "second",
      email: "second@example.com",
      password,
    });
    expect(again).toMatchObject({ status: 409, body: { code: "already_bootstrapped" } });
  });
});

test(verifies("system.once", "what comes with it is listed, and can be used"), async () => {
  const listed = async (kind: string) => (await engineer.run(["get", kind, "-o", "name"])).out.trim().split("\n");
  expect(await listed("templates")).toEqual(
    Object.keys(templates)
      .map((n) => `template/${n}`)
      .sort(),
  );
  expect(await listed("rbac")).toEqual(
    ["admin", ...Object.keys(exampleRoles).filter((n) => n !== "example-auditor")].map((n) => `rbac/${n}`).sort(),
  );
  expect((await engineer.run(["get", "templates"])).out).toMatch(/^NAME +DESCRIPTION +AGE\n/);
  const user = { name: "eve", email: "eve@example.com", password };
  await admin.create("users", user);
  const login = await admin.as("").call("POST", "/api/v1/auth/login", { email: user.email, password });
  const eve = admin.as(z.object({ accessToken: z.string() }).parse(login.body).accessToken);
  expect((await eve.call("GET", "/api/v1/llms")).status).toBe(403);
  const role = "/api/v1/rbac/example-model-user";
  expect((await admin.call("PATCH", role, { subjects: [{ kind: "User", name: "eve" }] })).status).toBe(200);
  expect((await eve.call("GET", "/api/v1/llms")).status).toBe(200);
});
