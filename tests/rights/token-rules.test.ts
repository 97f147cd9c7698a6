/** Rules of mcptokens that outlast the moment in which one is made: what it gets, for how long, and what its end looks like. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { mintToken } from "#db/crypto/token";
import { type Answer, clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const password = "correct horse battery staple";
const me = "/api/v1/auth/me";

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
const put = async (path: string, body: object) =>
  expecting(200, await send("PUT", `/api/v1/${path}`, { token: root, body }));
const remove = async (path: string) => expecting(200, await send("DELETE", `/api/v1/${path}`, { token: root }));

/** A user without rights of their own, logged in. */
async function person(name: string): Promise<string> {
  await create("users", { name, email: `${name}@example.com`, password });
  const body = { email: `${name}@example.com`, password };
  return z.string().parse(expecting(200, await send("POST", "/api/v1/auth/login", { body }))["accessToken"]);
}
const mint = async (body: object, by = root) =>
  z.looseObject({ token: z.string() }).parse(await create("mcptokens", body, by));

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
});
afterAll(() => edge?.stop());

describe("an mcptoken", () => {
  test("does not outlive the token that makes it, whoever's that is", async () => {
    const token = z
      .string()
      .parse(
        expecting(
          201,
          await send("POST", "/api/v1/auth/tokens", { token: root, body: { name: "hour", expiry: "1h" } }),
        )["token"],
      );
    for (const [path, more] of [
      ["auth/tokens", {}],
      ["mcptokens", { project: "default" }],
    ] as const) {
      const attempt = (expiry?: string) =>
        send("POST", `/api/v1/${path}`, { token, body: { name: "longer", ...more, ...(expiry ? { expiry } : {}) } });
      for (const expiry of [undefined, "never", "2h", "30d"]) {
        const answer = await attempt(expiry);
        expect([answer.status, answer.body["code"]]).toEqual([400, "invalid_request"]);
        expect(answer.text).toContain("expiry");
      }
      expect((await attempt(new Date(Date.now() + 1_800_000).toISOString())).status).toBe(201);
    }
    const login = expecting(200, await send("GET", me, { token: root }));
    expect(login["tokenName"]).toBe("bootstrap");
    await mint({ name: "for-ever", project: "default" });
  });

  test(
    verifies("rbac.creator-ceiling", "gets what its creator has through a group, and no longer than they are in it"),
    async () => {
      await create("groups", { name: "makers", members: [] });
      await create("rbac", {
        name: "makers",
        subjects: [{ kind: "Group", name: "makers" }],
        bindings: [
          { role: "create", resource: "mcptokens" },
          { role: "run", resource: "llms" },
        ],
        operations: [{ action: "logs" }],
      });
      const maker = await person("gus");
      const attempt = (name: string) =>
        send("POST", "/api/v1/mcptokens", {
          token: maker,
          body: {
            name,
            project: "default",
            bindings: [{ role: "run", resource: "llms", name: "gpt" }],
            operations: [{ role: "run", action: "logs" }],
          },
        });
      expect((await attempt("gus-1")).status).toBe(403);
      await put("groups/makers", { name: "makers", members: ["gus"] });
      expect((await attempt("gus-2")).status).toBe(201);
      const { token } = await mint({ name: "gus-3", project: "default", rbac: "clone" }, maker);
      expect((await send("GET", me, { token })).body).toMatchObject({ operations: ["logs"] });
      await put("groups/makers", { name: "makers", members: [] });
      expect((await attempt("gus-4")).status).toBe(403);
      expect((await send("GET", me, { token })).body["operations"]).toEqual(["logs"]);
    },
  );

  test("carries limits, as they were written", async () => {
    const limits = { requestsPerMinute: 60, concurrency: 2, budget: { amount: 5, period: "day" } };
    await mint({ name: "limited", project: "default", limits });
    expect((await send("GET", "/api/v1/mcptokens/limited", { token: root })).body["limits"]).toEqual(limits);
    for (const bad of [{ requestsPerMinute: 0 }, { budget: { amount: 5, period: "week" } }, { tokens: 1 }]) {
      const body = { name: "bad", project: "default", limits: bad };
      const answer = await send("POST", "/api/v1/mcptokens", { token: root, body });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain("limits");
    }
  });

  test(
    verifies("auth.uniform-401", "that can't be introspected says the same, whatever is wrong with it"),
    async () => {
      const soon = Date.now() + 1_000;
      const [gone, ended] = [
        await mint({ name: "gone-soon", project: "default" }),
        await mint({ name: "ended", project: "default", expiry: new Date(soon).toISOString() }),
      ];
      const deleted = await mint({ name: "deleted", project: "default" });
      expecting(200, await send("POST", "/api/v1/mcptokens/gone-soon/revoke", { token: root }));
      await remove("mcptokens/deleted");
      await until("the end of a token", async () => Date.now() > soon, 3_000);
      const introspect = (token?: string) => send("GET", "/api/v1/mcptokens/introspect", token ? { token } : {});
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
