/** An mcptoken from its making to its end: what it gets, where it reaches, and what is left of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { me, REVOKED_WITHIN_MS, type RightsWorld, startRightsWorld } from "./world.ts";

let w: RightsWorld;
beforeAll(async () => {
  w = await startRightsWorld();
});
afterAll(() => w?.edge.stop());

describe("an mcptoken", () => {
  test(verifies("auth.no-plain-token", "is shown once and kept as a hash"), async () => {
    const made = await w.mint({ name: "once", project: "default", expiry: "30d" });
    const { text, body } = await w.send("GET", "/api/v1/mcptokens/once", { token: w.root });
    expect(text).not.toContain(made.token);
    expect(body["status"]).toMatchObject({ state: "active", hash: made.status.hash, createdBy: "admin" });
  });

  test(verifies("rbac.creator-ceiling", "gets nothing that its creator lacks"), async () => {
    const maker = await w.person("mia", [
      { role: "create", resource: "mcptokens" },
      { role: "run", resource: "llms", name: "gpt" },
    ]);
    const attempt = (bindings: object[], more: object = {}) =>
      w.send("POST", "/api/v1/mcptokens", {
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
    const maker = await w.person("cleo", bindings, [{ action: "logs" }]);
    const { token } = await w.mint({ name: "clone", project: "default", rbac: "clone" }, maker);
    const { body } = await w.send("GET", me, { token });
    expect(body).toMatchObject({
      kind: "McpToken",
      name: "clone",
      project: "default",
      tokenName: "clone",
      operations: ["logs"],
    });
    expect(body["bindings"]).toEqual(expect.arrayContaining(bindings));
    await w.remove("rbac/cleo");
    expect((await w.send("GET", me, { token })).body["bindings"]).toHaveLength(2);
  });

  test(verifies("rbac.token-wall", "reaches only its own project, whatever its bindings say"), async () => {
    await w.create("projects", { name: "other" });
    const { token } = await w.mint({ name: "walled", project: "default", rbac: "clone" });
    for (const path of ["llms", "secrets", "rbac", "users", "projects/other/mcptokens", "mcptokens", "auth/tokens"])
      expect([path, (await w.send("GET", `/api/v1/${path}`, { token })).status]).toEqual([path, 403]);
    expect((await w.send("GET", "/api/v1/projects/default/mcptokens", { token })).status).toBe(200);
    expect(await w.statusOf(token)).toBe(200);
  });

  test("has a definition that comes and goes with it", async () => {
    const bindings = [{ role: "run", resource: "llms", name: "gpt" }];
    const made = await w.mint({ name: "defined", project: "default", bindings });
    const definition = `/api/v1/rbac/mcptoken-${made.status.hash.slice(0, 12)}`;
    const { body } = await w.send("GET", definition, { token: w.root });
    expect(body).toMatchObject({ subjects: [{ kind: "McpToken", name: made.status.hash }], bindings });
    expect(await w.statusOf(made.token)).toBe(200);
    await w.remove("mcptokens/defined");
    expect((await w.send("GET", definition, { token: w.root })).status).toBe(404);
    await until("401", async () => (await w.statusOf(made.token)) === 401, REVOKED_WITHIN_MS);
  });

  test("that is revoked is refused within 5 s, is shown as revoked, and stays so", async () => {
    const { token } = await w.mint({ name: "revoked", project: "default" });
    expect((await w.send("GET", "/api/v1/mcptokens/introspect", { token })).body).toMatchObject({
      active: true,
      kind: "McpToken",
      name: "revoked",
      project: "default",
      status: { state: "active" },
    });
    const revoke = () => w.send("POST", "/api/v1/mcptokens/revoked/revoke", { token: w.root });
    const first = await revoke();
    expect([first.status, first.body["status"]]).toEqual([200, expect.objectContaining({ state: "revoked" })]);
    await until("401", async () => (await w.statusOf(token)) === 401, REVOKED_WITHIN_MS);
    expect((await w.send("GET", "/api/v1/mcptokens/introspect", { token })).status).toBe(401);
    expect((await revoke()).body["resourceVersion"]).toBe(first.body["resourceVersion"]);
  });

  test("that has expired is refused and shown as expired, although nothing was written", async () => {
    const expiry = new Date(Date.now() + 1_500).toISOString();
    const { token } = await w.mint({ name: "brief", project: "default", expiry });
    expect(await w.statusOf(token)).toBe(200);
    await until("401", async () => (await w.statusOf(token)) === 401, 4_000);
    const { body } = await w.send("GET", "/api/v1/mcptokens/brief", { token: w.root });
    expect(body["status"]).toMatchObject({ state: "expired" });
  });

  test("that has already expired is not made", async () => {
    const body = { name: "late", project: "default", expiry: "2020-01-01" };
    expect((await w.send("POST", "/api/v1/mcptokens", { token: w.root, body })).status).toBe(400);
  });

  test("of the same name in two projects is revoked by saying which", async () => {
    await w.create("projects", { name: "second" });
    for (const project of ["default", "second"]) await w.mint({ name: "twin", project });
    expect((await w.send("POST", "/api/v1/mcptokens/twin/revoke", { token: w.root })).status).toBe(400);
    const answer = await w.send("POST", "/api/v1/mcptokens/twin/revoke?project=second", { token: w.root });
    expect([answer.status, answer.body["project"]]).toEqual([200, "second"]);
  });

  test("in use keeps its project from being deleted; revoked, it is deleted with it", async () => {
    await w.create("projects", { name: "brief" });
    await w.mint({ name: "only", project: "brief", bindings: [{ role: "run", resource: "llms" }] });
    const refused = await w.send("DELETE", "/api/v1/projects/brief", { token: w.root });
    expect([refused.status, refused.body["code"]]).toEqual([409, "still_referred"]);
    expect(refused.text).toContain("only");
    await w.send("POST", "/api/v1/mcptokens/only/revoke", { token: w.root });
    await w.remove("projects/brief");
  });

  test("says when it was last used", async () => {
    const { token } = await w.mint({ name: "used", project: "default" });
    expect(await w.statusOf(token)).toBe(200);
    const used = async () =>
      z
        .looseObject({ lastUsedAt: z.iso.datetime().optional() })
        .parse((await w.send("GET", "/api/v1/mcptokens/used", { token: w.root })).body["status"]).lastUsedAt;
    await until("lastUsedAt", async () => (await used()) !== undefined, 3_000);
  });
});
