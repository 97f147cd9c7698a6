import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { mintToken } from "#db/crypto/token";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { personWith } from "../harness/people.ts";
import { type DeclaredRoute, label, routes } from "../harness/routes.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { goldenReach } from "./token-reach.ts";

/** Nothing of this name exists: whoever is let through finds nothing, and nothing is harmed. */
const NOWHERE = "nowhere-to-be-found";

let edge: TestEdge;
let admin: Api;
let minted = 0;
const credentials: Record<string, string> = {};

const token = z.object({ token: z.string() });

async function personalToken(of: Api, name: string): Promise<string> {
  const answer = await of.call("POST", "/api/v1/auth/tokens", { name });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return token.parse(answer.body).token;
}

/** A user who can log in and has no binding at all. */
const newcomer = (name: string): Promise<Api> => personWith(admin, name);

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
  const nobody = await newcomer("nobody");
  await admin.create("projects", { name: "elsewhere" });
  const everything = {
    bindings: [
      { role: "edit", resource: "*" },
      { role: "run", resource: "*" },
    ],
  };
  const foreign = await admin.create("mcptokens", { name: "foreign", project: "elsewhere", ...everything });
  const revoked = await admin.create("mcptokens", { name: "revoked", ...everything });
  await admin.call("POST", `/api/v1/mcptokens/${String(revoked["id"])}/revoke`);
  const end = Date.now() + 1_000;
  const short = { name: "short", expiry: new Date(end).toISOString(), ...everything };
  const expired = String((await admin.create("mcptokens", short))["token"]);
  await until("the short token has expired", () => Date.now() > end);
  Object.assign(credentials, {
    garbage: "not-even-a-token",
    unknown: mintToken(),
    expired,
    revoked: String(revoked["token"]),
    wall: String(foreign["token"]),
    few: await personalToken(nobody, "few"),
  });
});

afterAll(() => edge?.stop());

const pathOf = (r: DeclaredRoute) => r.path.replace(/:[^/]+/g, NOWHERE);

async function ask(r: DeclaredRoute, credential: string | undefined, method: string = r.method) {
  const answer = await fetch(edge.url + pathOf(r), {
    method,
    headers: {
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
      ...(r.method === "GET" ? {} : { "content-type": "application/json" }),
    },
    ...(r.method === "GET" || r.method === "DELETE" ? {} : { body: JSON.stringify({ model: NOWHERE }) }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** Whether a token of another project is kept out by the wall alone. The golden list says it, not what the routes declare. */
const beyondWall = (r: DeclaredRoute): boolean => goldenReach.get(label(r)) !== "anywhere";

const guarded = routes.filter((r) => r.permission.is !== "public" && r.permission.is !== "object");
const open = routes.filter((r) => r.permission.is === "public");
const table = (list: readonly DeclaredRoute[]) => list.map((r) => [label(r), r] as const);

describe.each(table(guarded))("%s", (_, r) => {
  test(
    verifies(["rbac.every-route", "auth.uniform-401"], "refuses every invalid credential in the same words"),
    async () => {
      const texts = new Set<string>();
      for (const credential of [undefined, "garbage", "unknown", "expired", "revoked"]) {
        const answer = await ask(r, credential === undefined ? undefined : credentials[credential]);
        expect(answer.status, String(credential)).toBe(401);
        expect(answer.headers.get("www-authenticate")).toContain("Bearer");
        texts.add(answer.text);
      }
      expect([...texts]).toHaveLength(1);
    },
  );

  test(verifies(["rbac.every-route", "rbac.token-wall"], "refuses a token of another project"), async () => {
    const { status } = await ask(r, credentials["wall"]);
    if (beyondWall(r)) expect([403, 404]).toContain(status);
    else expect([401, 403]).not.toContain(status);
  });

  test(verifies("rbac.every-route", "refuses somebody without its permission"), async () => {
    const { status, text } = await ask(r, credentials["few"]);
    const p = r.permission;
    if (p.is === "authenticated" || (p.is === "owned" && !p.own)) expect([401, 403]).not.toContain(status);
    else if (p.is === "resource" && p.conceal) expect(status, text).toBe(404);
    else if (p.is === "resource" && p.role === "run" && p.listed) expect([200, 403]).toContain(status);
    else expect(status, text).toBe(403);
    expect(status).toBeLessThan(500);
  });

  test(verifies("rbac.every-route", "answers somebody with its permission"), async () => {
    // One of its own: some routes end the credential that they are asked with.
    const name = `sweep-${minted++}`;
    const own = await personalToken(admin, name);
    const { status, text } = await ask(r, own);
    expect([401, 403], text).not.toContain(status);
    expect(status, text).toBeLessThan(500);
    await admin.call("DELETE", `/api/v1/auth/tokens/${name}`);
  });
});

describe.each(table(guarded.filter((r) => r.method === "GET")))("%s", (_, r) => {
  test("answers HEAD as GET, without a body", async () => {
    for (const credential of [credentials["few"], admin.token]) {
      const [get, head] = [await ask(r, credential), await ask(r, credential, "HEAD")];
      expect(head.status).toBe(get.status);
      expect(head.text).toBe("");
    }
  });
});

describe.each(table(open))("%s", (_, r) => {
  test(verifies("rbac.every-route", "looks at no credential"), async () => {
    const statuses = new Set<number>();
    for (const credential of [undefined, credentials["garbage"], credentials["revoked"], credentials["few"]])
      statuses.add((await ask(r, credential)).status);
    expect([...statuses]).toHaveLength(1);
    expect([...statuses][0]).toBeLessThan(500);
  });
});

describe.each(table(routes.filter((r) => r.permission.is === "object")))("%s", (_, r) => {
  test(verifies("rbac.every-route", "needs the session's secret, whatever other credential is shown"), async () => {
    for (const credential of [undefined, credentials["garbage"], credentials["few"], admin.token])
      expect([401, 403, 404]).toContain((await ask(r, credential)).status);
  });
});

test(verifies("resources.openapi", "the OpenAPI document lists every route, and no other"), async () => {
  const document = z
    .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(await admin.read("/api/v1/openapi.json"));
  expect(document.openapi).toMatch(/^3\.1\./);
  const methods = new Set(["get", "post", "put", "patch", "delete"]);
  const listed = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((m) => methods.has(m))
      .map((m) => `${m.toUpperCase()} ${path}`),
  );
  const declared = routes.map((r) => `${r.method} ${r.path.replace(/:([^/]+)/g, "{$1}")}`);
  expect(listed.sort()).toEqual([...declared].sort());
});
