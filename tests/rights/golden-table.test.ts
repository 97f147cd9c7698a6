import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Answer, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const password = "correct horse battery staple";
const me = "/api/v1/auth/me";
/** What the specification gives a revocation. */
const REVOKED_WITHIN_MS = 5_000;

let edge: TestEdge;
let send: Send;
let root: string;

/** @throws Error with the answer unless the status is the expected one. */
const expecting = (status: number, answer: Answer): Record<string, unknown> => {
  if (answer.status !== status) throw new Error(`expected ${status}, but got ${answer.status}: ${answer.text}`);
  return answer.body;
};
const create = async (plural: string, body: object, token = root) =>
  expecting(201, await send("POST", `/api/v1/${plural}`, { token, body }));
const put = async (path: string, body: object, token = root) =>
  expecting(200, await send("PUT", `/api/v1/${path}`, { token, body }));
const remove = async (path: string, token = root) => expecting(200, await send("DELETE", `/api/v1/${path}`, { token }));
const canI = async (token: string, role: string, resource: string) =>
  (await send("POST", "/api/v1/auth/can-i", { token, body: { role, resource } })).body["allowed"];
const statusOf = async (token: string) => (await send("GET", me, { token })).status;

/** A user with rights of their own, logged in. */
async function person(name: string, bindings: object[] = [], operations: object[] = []): Promise<string> {
  await create("users", { name, email: `${name}@example.com`, password });
  if (bindings.length + operations.length > 0)
    await create("rbac", { name, subjects: [{ kind: "User", name }], bindings, operations });
  return login(name);
}
async function login(name: string, word = password): Promise<string> {
  const body = { email: `${name}@example.com`, password: word };
  const answer = expecting(200, await send("POST", "/api/v1/auth/login", { body }));
  return z.string().parse(answer["accessToken"]);
}
const created = z.looseObject({
  id: z.string(),
  name: z.string(),
  token: z.string(),
  status: z.looseObject({ state: z.string(), hash: z.string() }),
});
const mint = async (body: object, by = root) => created.parse(await create("mcptokens", body, by));

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
});
afterAll(() => edge.stop());

describe("what a write changes is known at once where it was made, and in time everywhere", () => {
  test("a binding", async () => {
    const token = await person("una", [{ role: "view", resource: "llms" }]);
    expect(await canI(token, "view", "llms")).toBe(true);
    const subjects = [{ kind: "User", name: "una@EXAMPLE.com" }];
    await put("rbac/una", { name: "una", subjects, bindings: [{ role: "view", resource: "secrets" }] });
    expect([await canI(token, "view", "llms"), await canI(token, "view", "secrets")]).toEqual([false, true]);
    await remove("rbac/una");
    expect(await canI(token, "view", "secrets")).toBe(false);
  });

  test(verifies("auth.revoke-5s", "a group's member"), async () => {
    const token = await person("dora");
    await create("groups", { name: "readers", members: [] });
    await create("rbac", {
      name: "readers",
      subjects: [{ kind: "Group", name: "readers" }],
      bindings: [{ role: "view", resource: "projects" }],
    });
    expect(await canI(token, "view", "projects")).toBe(false);
    await put("groups/readers", { name: "readers", members: ["dora"] });
    expect(await canI(token, "view", "projects")).toBe(true);
    expect((await send("GET", me, { token })).body["groups"]).toEqual(["readers"]);
    await put("groups/readers", { name: "readers", members: [] });
    await until("no view", async () => (await canI(token, "view", "projects")) === false, REVOKED_WITHIN_MS);
  });

  test("again and again, while requests go on", async () => {
    const token = await person("rhea", [{ role: "view", resource: "llms" }]);
    let writing = true;
    const seen = new Set<number>();
    const reading = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (writing) seen.add(await statusOf(token));
      }),
    );
    const subjects = [{ kind: "User", name: "rhea" }];
    for (let i = 0; i < 20; i++) {
      const resource = i % 2 === 0 ? "secrets" : "llms";
      await put("rbac/rhea", { name: "rhea", subjects, bindings: [{ role: "view", resource }] });
      expect(await canI(token, "view", resource)).toBe(true);
    }
    writing = false;
    await reading;
    expect([...seen]).toEqual([200]);
  });

  test("a user who is deleted", async () => {
    const token = await person("gone");
    expect(await statusOf(token)).toBe(200);
    await remove("users/gone");
    await until("401", async () => (await statusOf(token)) === 401, REVOKED_WITHIN_MS);
  });

  test("a password ends logins made with the old one", async () => {
    const token = await person("pam");
    await put("users/pam", { name: "pam", email: "pam@example.com", password: "another long password" });
    await until("401", async () => (await statusOf(token)) === 401, REVOKED_WITHIN_MS);
    expect((await send("POST", "/api/v1/auth/login", { body: { email: "pam@example.com", password } })).status).toBe(
      401,
    );
    expect(await statusOf(await login("pam", "another long password"))).toBe(200);
  });
});

describe("an mcptoken", () => {
  test(verifies("auth.no-plain-token", "is shown once and kept as a hash"), async () => {
    const made = await mint({ name: "once", project: "default", expiry: "30d" });
    const { text, body } = await send("GET", "/api/v1/mcptokens/once", { token: root });
    expect(text).not.toContain(made.token);
    expect(body["status"]).toMatchObject({ state: "active", hash: made.status.hash, createdBy: "admin" });
  });

  test(verifies("rbac.creator-ceiling", "gets nothing that its creator lacks"), async () => {
    const maker = await person("mia", [
      { role: "create", resource: "mcptokens" },
      { role: "run", resource: "llms", name: "gpt" },
    ]);
    const attempt = (bindings: object[], more: object = {}) =>
      send("POST", "/api/v1/mcptokens", {
        token: maker,
        body: { name: "mias", project: "default", bindings, ...more },
      });
    for (const [bindings, missing] of [
      [[{ role: "run", resource: "llms" }], "run:llms"],
      [[{ role: "run", resource: "llms", name: "other" }], "run:llms:other"],
      [[{ role: "view", resource: "llms", name: "gpt" }], "view:llms:gpt"],
    ] as const) {
      const answer = await attempt([...bindings]);
      expect(answer.status).toBe(403);
      expect(answer.body["permission"]).toBe(missing);
    }
    const operation = await attempt([], { operations: [{ role: "run", action: "logs" }] });
    expect([operation.status, operation.body["permission"]]).toEqual([403, "run:logs"]);
    expect((await attempt([{ role: "run", resource: "llms", name: "gpt" }])).status).toBe(201);
  });

  test("cloned from its creator has what they had, and keeps it", async () => {
    const bindings = [
      { role: "create", resource: "mcptokens" },
      { role: "run", resource: "llms" },
    ];
    const maker = await person("cleo", bindings, [{ action: "logs" }]);
    const { token } = await mint({ name: "clone", project: "default", rbac: "clone" }, maker);
    const { body } = await send("GET", me, { token });
    expect(body).toMatchObject({
      kind: "McpToken",
      name: "clone",
      project: "default",
      tokenName: "clone",
      operations: ["logs"],
    });
    expect(body["bindings"]).toEqual(expect.arrayContaining(bindings));
    await remove("rbac/cleo");
    expect((await send("GET", me, { token })).body["bindings"]).toHaveLength(2);
  });

  test(verifies("rbac.token-wall", "stays within its wall, whatever it may do"), async () => {
    await create("projects", { name: "other" });
    const { token } = await mint({ name: "walled", project: "default", rbac: "clone" });
    for (const path of ["llms", "secrets", "rbac", "users", "projects/other/mcptokens", "mcptokens", "auth/tokens"])
      expect([path, (await send("GET", `/api/v1/${path}`, { token })).status]).toEqual([path, 403]);
    expect((await send("GET", "/api/v1/projects/default/mcptokens", { token })).status).toBe(200);
    expect(await statusOf(token)).toBe(200);
  });

  test("has a definition that comes and goes with it", async () => {
    const bindings = [{ role: "run", resource: "llms", name: "gpt" }];
    const made = await mint({ name: "defined", project: "default", bindings });
    const definition = `/api/v1/rbac/mcptoken-${made.status.hash.slice(0, 12)}`;
    const { body } = await send("GET", definition, { token: root });
    expect(body).toMatchObject({ subjects: [{ kind: "McpToken", name: made.status.hash }], bindings });
    expect(await statusOf(made.token)).toBe(200);
    await remove("mcptokens/defined");
    expect((await send("GET", definition, { token: root })).status).toBe(404);
    await until("401", async () => (await statusOf(made.token)) === 401, REVOKED_WITHIN_MS);
  });

  test("that is revoked is refused in time, looks it, and stays so", async () => {
    const { token } = await mint({ name: "revoked", project: "default" });
    expect((await send("GET", "/api/v1/mcptokens/introspect", { token })).body).toMatchObject({
      active: true,
      kind: "McpToken",
      name: "revoked",
      project: "default",
      status: { state: "active" },
    });
    const revoke = () => send("POST", "/api/v1/mcptokens/revoked/revoke", { token: root });
    const first = await revoke();
    expect([first.status, first.body["status"]]).toEqual([200, expect.objectContaining({ state: "revoked" })]);
    await until("401", async () => (await statusOf(token)) === 401, REVOKED_WITHIN_MS);
    expect((await send("GET", "/api/v1/mcptokens/introspect", { token })).status).toBe(401);
    expect((await revoke()).body["resourceVersion"]).toBe(first.body["resourceVersion"]);
  });

  test("that has expired is refused and looks it, although nothing was written", async () => {
    const expiry = new Date(Date.now() + 1_500).toISOString();
    const { token } = await mint({ name: "brief", project: "default", expiry });
    expect(await statusOf(token)).toBe(200);
    await until("401", async () => (await statusOf(token)) === 401, 4_000);
    const { body } = await send("GET", "/api/v1/mcptokens/brief", { token: root });
    expect(body["status"]).toMatchObject({ state: "expired" });
  });

  test("that has already expired is not made", async () => {
    const body = { name: "late", project: "default", expiry: "2020-01-01" };
    expect((await send("POST", "/api/v1/mcptokens", { token: root, body })).status).toBe(400);
  });

  test("of the same name in two projects is revoked by saying which", async () => {
    await create("projects", { name: "second" });
    for (const project of ["default", "second"]) await mint({ name: "twin", project });
    expect((await send("POST", "/api/v1/mcptokens/twin/revoke", { token: root })).status).toBe(400);
    const answer = await send("POST", "/api/v1/mcptokens/twin/revoke?project=second", { token: root });
    expect([answer.status, answer.body["project"]]).toEqual([200, "second"]);
  });

  test("in use keeps its project; revoked, it goes with it", async () => {
    await create("projects", { name: "brief" });
    await mint({ name: "only", project: "brief", bindings: [{ role: "run", resource: "llms" }] });
    const refused = await send("DELETE", "/api/v1/projects/brief", { token: root });
    expect([refused.status, refused.body["code"]]).toEqual([409, "still_referred"]);
    expect(refused.text).toContain("only");
    await send("POST", "/api/v1/mcptokens/only/revoke", { token: root });
    await remove("projects/brief");
  });

  test("leaves a trace of when it was used", async () => {
    const { token } = await mint({ name: "used", project: "default" });
    expect(await statusOf(token)).toBe(200);
    const used = async () =>
      z
        .looseObject({ lastUsedAt: z.iso.datetime().optional() })
        .parse((await send("GET", "/api/v1/mcptokens/used", { token: root })).body["status"]).lastUsedAt;
    await until("lastUsedAt", async () => (await used()) !== undefined, 3_000);
  });
});

describe("nobody gives what they don't have", () => {
  let officer: string;
  beforeAll(async () => {
    officer = await person("olga", [
      { role: "edit", resource: "rbac" },
      { role: "edit", resource: "groups" },
      { role: "edit", resource: "users" },
      { role: "view", resource: "llms" },
    ]);
  });

  test("not by a definition", async () => {
    const subjects = [{ kind: "User", name: "olga" }];
    const body = { name: "more", subjects, bindings: [{ role: "run", resource: "llms" }] };
    const answer = await send("POST", "/api/v1/rbac", { token: officer, body });
    expect([answer.status, answer.body["permission"]]).toEqual([403, "run:llms"]);
    const allowed = { name: "less", subjects, bindings: [{ role: "view", resource: "llms" }] };
    expect((await send("POST", "/api/v1/rbac", { token: officer, body: allowed })).status).toBe(201);
  });

  test("not by joining a subject to a definition", async () => {
    const bindings = [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ];
    const subjects = [
      { kind: "User", name: "admin" },
      { kind: "User", name: "olga" },
    ];
    const answer = await send("PUT", "/api/v1/rbac/admin", {
      token: officer,
      body: { name: "admin", subjects, bindings },
    });
    expect(answer.status).toBe(403);
  });

  test("not by joining a group", async () => {
    await create("groups", { name: "spenders", members: [] });
    await create("rbac", {
      name: "spenders",
      subjects: [{ kind: "Group", name: "spenders" }],
      bindings: [{ role: "run", resource: "*" }],
    });
    const body = { name: "spenders", members: ["olga"] };
    const answer = await send("PUT", "/api/v1/groups/spenders", { token: officer, body });
    expect([answer.status, answer.body["permission"]]).toEqual([403, "run:*"]);
  });

  test("not by setting the password of somebody who has more", async () => {
    const body = { name: "admin", email: "admin@mcpctl.local", password: "olga knows this one" };
    expect((await send("PUT", "/api/v1/users/admin", { token: officer, body })).status).toBe(403);
    await create("users", { name: "newcomer", email: "newcomer@example.com" });
    const other = { name: "newcomer", email: "newcomer@example.com", password: "olga knows this one" };
    expect((await send("PUT", "/api/v1/users/newcomer", { token: officer, body: other })).status).toBe(200);
  });
});

describe("somebody can always edit rbac", () => {
  test("so the last definition that says so is not deleted", async () => {
    await remove("rbac/olga");
    await remove("rbac/less");
    const answer = await send("DELETE", "/api/v1/rbac/admin", { token: root });
    expect([answer.status, answer.body["code"]]).toEqual([409, "still_referred"]);
  });

  test("nor changed so that it says less, or to nobody", async () => {
    const subjects = [{ kind: "User", name: "admin" }];
    const everything = [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ];
    await create("groups", { name: "empty", members: [] });
    for (const body of [
      { name: "admin", subjects, bindings: [{ role: "run", resource: "*" }] },
      { name: "admin", subjects, bindings: [{ role: "edit", resource: "rbac", name: "admin" }] },
      { name: "admin", subjects: [], bindings: everything },
      { name: "admin", subjects: [{ kind: "Group", name: "empty" }], bindings: everything },
    ])
      expect((await send("PUT", "/api/v1/rbac/admin", { token: root, body })).status).toBe(409);
    expect(await canI(root, "edit", "rbac")).toBe(true);
  });

  test("and the group that has it is not emptied, while another user's definition lets it go", async () => {
    const everything = [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ];
    await create("groups", { name: "admins", members: ["admin"] });
    await put("rbac/admin", { name: "admin", subjects: [{ kind: "Group", name: "admins" }], bindings: everything });
    const empty = { name: "admins", members: [] };
    expect((await send("PUT", "/api/v1/groups/admins", { token: root, body: empty })).status).toBe(409);
    await create("rbac", { name: "root", subjects: [{ kind: "User", name: "admin" }], bindings: everything });
    await put("groups/admins", empty);
  });

  test("and its user is not deleted", async () => {
    expect((await send("DELETE", "/api/v1/users/admin", { token: root })).status).toBe(409);
  });
});

test("an address that documents use is changed there first", async () => {
  await create("users", { name: "zoe", email: "zoe@example.com" });
  await create("groups", { name: "zoes", members: ["Zoe@example.com"] });
  const moved = { name: "zoe", email: "zoe@example.org" };
  const refused = await send("PUT", "/api/v1/users/zoe", { token: root, body: moved });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain("group/zoes");
  await put("groups/zoes", { name: "zoes", members: ["zoe"] });
  await put("users/zoe", moved);
});
