/** What a write changes of anybody's rights is known at once where it was made, and in time everywhere. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { password } from "../harness/people.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { me, REVOKED_WITHIN_MS, type RightsWorld, startRightsWorld } from "./world.ts";

let w: RightsWorld;
beforeAll(async () => {
  w = await startRightsWorld();
});
afterAll(() => w?.edge.stop());

describe("a change of rights is known at once where it was made, and within 5 s everywhere", () => {
  test("when a binding is changed", async () => {
    const token = await w.person("una", [{ role: "view", resource: "llms" }]);
    expect(await w.canI(token, "view", "llms")).toBe(true);
    const subjects = [{ kind: "User", name: "una@EXAMPLE.com" }];
    await w.put("rbac/una", { name: "una", subjects, bindings: [{ role: "view", resource: "secrets" }] });
    expect([await w.canI(token, "view", "llms"), await w.canI(token, "view", "secrets")]).toEqual([false, true]);
    await w.remove("rbac/una");
    expect(await w.canI(token, "view", "secrets")).toBe(false);
  });

  test(verifies("auth.revoke-5s", "when a group gains and loses a member"), async () => {
    const token = await w.person("dora");
    await w.create("groups", { name: "readers", members: [] });
    await w.create("rbac", {
      name: "readers",
      subjects: [{ kind: "Group", name: "readers" }],
      bindings: [{ role: "view", resource: "projects" }],
    });
    expect(await w.canI(token, "view", "projects")).toBe(false);
    await w.put("groups/readers", { name: "readers", members: ["dora"] });
    expect(await w.canI(token, "view", "projects")).toBe(true);
    expect((await w.send("GET", me, { token })).body["groups"]).toEqual(["readers"]);
    await w.put("groups/readers", { name: "readers", members: [] });
    await until("no view", async () => (await w.canI(token, "view", "projects")) === false, REVOKED_WITHIN_MS);
  });

  test("when bindings change again and again while requests go on", async () => {
    const token = await w.person("rhea", [{ role: "view", resource: "llms" }]);
    let writing = true;
    const seen = new Set<number>();
    const reading = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (writing) seen.add(await w.statusOf(token));
      }),
    );
    const subjects = [{ kind: "User", name: "rhea" }];
    for (let i = 0; i < 20; i++) {
      const resource = i % 2 === 0 ? "secrets" : "llms";
      await w.put("rbac/rhea", { name: "rhea", subjects, bindings: [{ role: "view", resource }] });
      expect(await w.canI(token, "view", resource)).toBe(true);
    }
    writing = false;
    await reading;
    expect([...seen]).toEqual([200]);
  });

  test("when a user is deleted", async () => {
    const token = await w.person("gone");
    expect(await w.statusOf(token)).toBe(200);
    await w.remove("users/gone");
    await until("401", async () => (await w.statusOf(token)) === 401, REVOKED_WITHIN_MS);
  });

  test("when a new password ends the logins made with the old one", async () => {
    const token = await w.person("pam");
    await w.put("users/pam", { name: "pam", email: "pam@example.com", password: "another long password" });
    await until("401", async () => (await w.statusOf(token)) === 401, REVOKED_WITHIN_MS);
    expect((await w.send("POST", "/api/v1/auth/login", { body: { email: "pam@example.com", password } })).status).toBe(
      401,
    );
    expect(await w.statusOf(await w.login("pam", "another long password"))).toBe(200);
  });
});
