/** Nobody gives what they lack, and nobody takes the last right to edit rbac away. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RightsWorld, startRightsWorld } from "./world.ts";

let w: RightsWorld;
beforeAll(async () => {
  w = await startRightsWorld();
});
afterAll(() => w?.edge.stop());

describe("nobody gives rights that they don't have", () => {
  let officer: string;
  beforeAll(async () => {
    officer = await w.person("olga", [
      { role: "edit", resource: "rbac" },
      { role: "edit", resource: "groups" },
      { role: "edit", resource: "users" },
      { role: "view", resource: "llms" },
    ]);
  });

  test("by a definition", async () => {
    const subjects = [{ kind: "User", name: "olga" }];
    const body = { name: "more", subjects, bindings: [{ role: "run", resource: "llms" }] };
    const answer = await w.send("POST", "/api/v1/rbac", { token: officer, body });
    expect([answer.status, answer.body["permission"]]).toEqual([403, "run:llms"]);
    const allowed = { name: "less", subjects, bindings: [{ role: "view", resource: "llms" }] };
    expect((await w.send("POST", "/api/v1/rbac", { token: officer, body: allowed })).status).toBe(201);
  });

  test("by adding a subject to a definition", async () => {
    const bindings = [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ];
    const subjects = [
      { kind: "User", name: "admin" },
      { kind: "User", name: "olga" },
    ];
    const answer = await w.send("PUT", "/api/v1/rbac/admin", {
      token: officer,
      body: { name: "admin", subjects, bindings },
    });
    expect(answer.status).toBe(403);
  });

  test("by joining a group", async () => {
    await w.create("groups", { name: "spenders", members: [] });
    await w.create("rbac", {
      name: "spenders",
      subjects: [{ kind: "Group", name: "spenders" }],
      bindings: [{ role: "run", resource: "*" }],
    });
    const body = { name: "spenders", members: ["olga"] };
    const answer = await w.send("PUT", "/api/v1/groups/spenders", { token: officer, body });
    expect([answer.status, answer.body["permission"]]).toEqual([403, "run:*"]);
  });

  test("by setting the password of somebody who has more", async () => {
    const body = { name: "admin", email: "admin@mcpctl.local", password: "olga knows this one" };
    expect((await w.send("PUT", "/api/v1/users/admin", { token: officer, body })).status).toBe(403);
    await w.create("users", { name: "newcomer", email: "newcomer@example.com" });
    const other = { name: "newcomer", email: "newcomer@example.com", password: "olga knows this one" };
    expect((await w.send("PUT", "/api/v1/users/newcomer", { token: officer, body: other })).status).toBe(200);
  });
});

describe("the last right to edit rbac stays", () => {
  test("when its definition is to be deleted", async () => {
    await w.remove("rbac/olga");
    await w.remove("rbac/less");
    const answer = await w.send("DELETE", "/api/v1/rbac/admin", { token: w.root });
    expect([answer.status, answer.body["code"]]).toEqual([409, "still_referred"]);
  });

  test("when its definition is to give less, or to nobody", async () => {
    const subjects = [{ kind: "User", name: "admin" }];
    const everything = [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ];
    await w.create("groups", { name: "empty", members: [] });
    for (const body of [
      { name: "admin", subjects, bindings: [{ role: "run", resource: "*" }] },
      { name: "admin", subjects, bindings: [{ role: "edit", resource: "rbac", name: "admin" }] },
      { name: "admin", subjects: [], bindings: everything },
      { name: "admin", subjects: [{ kind: "Group", name: "empty" }], bindings: everything },
    ])
      expect((await w.send("PUT", "/api/v1/rbac/admin", { token: w.root, body })).status).toBe(409);
    expect(await w.canI(w.root, "edit", "rbac")).toBe(true);
  });

  test("when the group that has it is to be emptied, unless another definition gives it", async () => {
    const everything = [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ];
    await w.create("groups", { name: "admins", members: ["admin"] });
    await w.put("rbac/admin", { name: "admin", subjects: [{ kind: "Group", name: "admins" }], bindings: everything });
    const empty = { name: "admins", members: [] };
    expect((await w.send("PUT", "/api/v1/groups/admins", { token: w.root, body: empty })).status).toBe(409);
    await w.create("rbac", { name: "root", subjects: [{ kind: "User", name: "admin" }], bindings: everything });
    await w.put("groups/admins", empty);
  });

  test("when its user is to be deleted", async () => {
    expect((await w.send("DELETE", "/api/v1/users/admin", { token: w.root })).status).toBe(409);
  });
});

test("a user's address that a group uses can't be changed until the group no longer does", async () => {
  await w.create("users", { name: "zoe", email: "zoe@example.com" });
  await w.create("groups", { name: "zoes", members: ["Zoe@example.com"] });
  const moved = { name: "zoe", email: "zoe@example.org" };
  const refused = await w.send("PUT", "/api/v1/users/zoe", { token: w.root, body: moved });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain("group/zoes");
  await w.put("groups/zoes", { name: "zoes", members: ["zoe"] });
  await w.put("users/zoe", moved);
});
