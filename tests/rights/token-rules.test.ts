/** Rules of mcptokens that outlast the moment in which one is made: what it gets, for how long, and what its end looks like. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { mintToken } from "#db/crypto/token";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { me, type RightsWorld, startRightsWorld } from "./world.ts";

let w: RightsWorld;
beforeAll(async () => {
  w = await startRightsWorld();
});
afterAll(() => w?.edge.stop());

describe("an mcptoken", () => {
  test("does not outlive the token that makes it, whoever's that is", async () => {
    const token = z.string().parse((await w.create("auth/tokens", { name: "hour", expiry: "1h" }))["token"]);
    for (const [path, more] of [
      ["auth/tokens", {}],
      ["mcptokens", { project: "default" }],
    ] as const) {
      const attempt = (expiry?: string) =>
        w.send("POST", `/api/v1/${path}`, { token, body: { name: "longer", ...more, ...(expiry ? { expiry } : {}) } });
      for (const expiry of [undefined, "never", "2h", "30d"]) {
        const answer = await attempt(expiry);
        expect([answer.status, answer.body["code"]]).toEqual([400, "invalid_request"]);
        expect(answer.text).toContain("expiry");
      }
      expect((await attempt(new Date(Date.now() + 1_800_000).toISOString())).status).toBe(201);
    }
    expect((await w.send("GET", me, { token: w.root })).body["tokenName"]).toBe("bootstrap");
    await w.mint({ name: "for-ever", project: "default" });
  });

  test(
    verifies("rbac.creator-ceiling", "is given what its creator has through a group, while they are in it"),
    async () => {
      await w.create("groups", { name: "makers", members: [] });
      await w.create("rbac", {
        name: "makers",
        subjects: [{ kind: "Group", name: "makers" }],
        bindings: [
          { role: "create", resource: "mcptokens" },
          { role: "run", resource: "llms" },
        ],
        operations: [{ action: "logs" }],
      });
      const maker = await w.person("gus");
      const attempt = (name: string) =>
        w.send("POST", "/api/v1/mcptokens", {
          token: maker,
          body: {
            name,
            project: "default",
            bindings: [{ role: "run", resource: "llms", name: "gpt" }],
            operations: [{ role: "run", action: "logs" }],
          },
        });
      expect((await attempt("gus-1")).status).toBe(403);
      await w.put("groups/makers", { name: "makers", members: ["gus"] });
      expect((await attempt("gus-2")).status).toBe(201);
      const { token } = await w.mint({ name: "gus-3", project: "default", rbac: "clone" }, maker);
      expect((await w.send("GET", me, { token })).body).toMatchObject({ operations: ["logs"] });
      await w.put("groups/makers", { name: "makers", members: [] });
      expect((await attempt("gus-4")).status).toBe(403);
      expect((await w.send("GET", me, { token })).body["operations"]).toEqual(["logs"]);
    },
  );

  test("carries limits, as they were written", async () => {
    const limits = { requestsPerMinute: 60, concurrency: 2, budget: { amount: 5, period: "day" } };
    await w.mint({ name: "limited", project: "default", limits });
    expect((await w.send("GET", "/api/v1/mcptokens/limited", { token: w.root })).body["limits"]).toEqual(limits);
    for (const bad of [{ requestsPerMinute: 0 }, { budget: { amount: 5, period: "week" } }, { tokens: 1 }]) {
      const body = { name: "bad", project: "default", limits: bad };
      const answer = await w.send("POST", "/api/v1/mcptokens", { token: w.root, body });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain("limits");
    }
  });

  test(
    verifies("auth.uniform-401", "that can't be introspected is refused in the same words, whatever is wrong with it"),
    async () => {
      const soon = Date.now() + 1_000;
      const [gone, ended] = [
        await w.mint({ name: "gone-soon", project: "default" }),
        await w.mint({ name: "ended", project: "default", expiry: new Date(soon).toISOString() }),
      ];
      const deleted = await w.mint({ name: "deleted", project: "default" });
      expect((await w.send("POST", "/api/v1/mcptokens/gone-soon/revoke", { token: w.root })).status).toBe(200);
      await w.remove("mcptokens/deleted");
      await until("the end of a token", async () => Date.now() > soon, 3_000);
      const introspect = (token?: string) => w.send("GET", "/api/v1/mcptokens/introspect", token ? { token } : {});
      const answers = await Promise.all([
        introspect(gone.token),
        introspect(ended.token),
        introspect(deleted.token),
        introspect(mintToken()),
        introspect("garbage"),
        introspect(),
      ]);
      expect(answers.map((a) => a.status)).toEqual(answers.map(() => 401));
      expect(new Set(answers.map((a) => a.text)).size).toBe(1);
    },
  );
});
