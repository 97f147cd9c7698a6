/** Sessions as resources: everybody sees and ends their own, who may edit users those of others, and nobody learns more. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const password = "correct horse battery staple";
const at = "/api/v1/sessions";
const REVOKED_WITHIN_MS = 5_000;

const shown = z.looseObject({
  id: z.string(),
  name: z.string(),
  resourceVersion: z.string(),
  createdAt: z.iso.datetime(),
  user: z.string(),
  type: z.enum(["login", "personal"]),
  client: z.string(),
  status: z.strictObject({
    renewedAt: z.iso.datetime().optional(),
    expiresAt: z.iso.datetime().optional(),
    current: z.boolean().optional(),
  }),
});
const list = z.object({ items: z.array(shown), continue: z.string().optional() });
const opened = z.looseObject({ accessToken: z.string(), refreshToken: z.string() });

let edge: TestEdge;
let send: Send;
let root: string;

const login = async (name: string, client = "test") =>
  opened.parse(
    (
      await send("POST", "/api/v1/auth/login", {
        body: { email: `${name}@example.com`, password },
        headers: { "user-agent": client },
      })
    ).body,
  );
const listed = async (token: string, query = "") => list.parse((await send("GET", at + query, { token })).body);
const statusOf = async (token: string) => (await send("GET", "/api/v1/auth/me", { token })).status;

async function person(name: string, bindings: object[] = []): Promise<void> {
  await send("POST", "/api/v1/users", { token: root, body: { name, email: `${name}@example.com`, password } });
  if (bindings.length > 0)
    await send("POST", "/api/v1/rbac", { token: root, body: { name, subjects: [{ kind: "User", name }], bindings } });
}

beforeAll(async () => {
  edge = await startEdge();
  send = clientOf(edge.url);
  root = (await edge.bootstrap()).token;
  await person("ada");
  await person("bob");
  await person("una", [{ role: "edit", resource: "users" }]);
  await person("ned", [{ role: "edit", resource: "users", name: "bob" }]);
  await person("vic", [{ role: "view", resource: "users" }]);
});
afterAll(() => edge?.stop());

describe("one's own sessions", () => {
  test(verifies("auth.sessions", "are listed with their names, and which is the current one"), async () => {
    const { accessToken: token } = await login("ada", "laptop");
    await login("ada", "phone");
    await send("POST", "/api/v1/auth/tokens", { token, body: { name: "ci", expiry: "30d" } });
    await login("bob");
    const { items } = await listed(token);
    expect(items.map((s) => [s.user, s.type, s.client, s.status.current]).sort()).toEqual([
      ["ada", "login", "laptop", true],
      ["ada", "login", "phone", undefined],
      ["ada", "personal", "ci", undefined],
    ]);
    for (const s of items) expect(Date.parse(s.status.expiresAt ?? "")).toBeGreaterThan(Date.now());
    expect(await listed(token, "?fieldSelector=type=personal")).toMatchObject({ items: [{ client: "ci" }] });
  });

  test("say when they were renewed", async () => {
    const first = await login("ada", "renewing");
    const second = opened.parse(
      (await send("POST", "/api/v1/auth/refresh", { body: { refreshToken: first.refreshToken } })).body,
    );
    const [mine] = (await listed(second.accessToken)).items.filter((s) => s.client === "renewing");
    expect(mine?.status).toMatchObject({ renewedAt: expect.any(String), current: true });
  });

  test("are listed in full pages, and nobody else's are counted", async () => {
    const { accessToken: token } = await login("ada");
    const all = (await listed(token)).items.map((s) => s.id);
    const seen: string[] = [];
    for (let next: string | undefined = ""; next !== undefined; ) {
      const page = await listed(token, `?limit=2${next ? `&continue=${next}` : ""}`);
      seen.push(...page.items.map((s) => s.id));
      if (page.continue) expect(page.items).toHaveLength(2);
      next = page.continue;
    }
    expect(seen).toEqual(all);
    expect(all.length).toBeGreaterThan(3);
  });

  test("end within 5 s, for their access token and for their refresh token", async () => {
    const [here, there] = [await login("ada", "here"), await login("ada", "there")];
    expect(await statusOf(there.accessToken)).toBe(200);
    const target = (await listed(here.accessToken)).items.find((s) => s.client === "there");
    const gone = await send("DELETE", `${at}/${target?.id}`, { token: here.accessToken });
    expect([gone.status, gone.body["client"]]).toEqual([200, "there"]);
    await until("401", async () => (await statusOf(there.accessToken)) === 401, REVOKED_WITHIN_MS);
    const renewed = await send("POST", "/api/v1/auth/refresh", { body: { refreshToken: there.refreshToken } });
    expect(renewed.status).toBe(401);
    expect((await send("GET", `${at}/${target?.id}`, { token: here.accessToken })).status).toBe(404);
    expect(await statusOf(here.accessToken)).toBe(200);
  });

  test("are not ended with a stale If-Match, nor by a dry run", async () => {
    const { accessToken: token } = await login("ada", "kept");
    const mine = (await listed(token)).items.find((s) => s.status.current);
    const path = `${at}/${mine?.id}`;
    expect((await send("DELETE", path, { token, headers: { "if-match": '"1"' } })).status).toBe(412);
    expect((await send("DELETE", `${path}?dryRun=true`, { token })).status).toBe(200);
    expect(await statusOf(token)).toBe(200);
    const seen = { "if-match": `"${mine?.resourceVersion}"` };
    expect((await send("DELETE", path, { token, headers: seen })).status).toBe(200);
  });
});

describe("other people's sessions", () => {
  test(verifies("auth.sessions", "do not exist for who may not edit users"), async () => {
    const { accessToken: bobs } = await login("bob", "bob's");
    const target = (await listed(bobs)).items.find((s) => s.status.current);
    for (const name of ["ada", "vic"]) {
      const { accessToken: token } = await login(name);
      for (const method of ["GET", "DELETE"]) {
        const there = await send(method, `${at}/${target?.id}`, { token });
        const nowhere = await send(method, `${at}/${"x".repeat(24)}`, { token });
        expect([there.status, nowhere.status]).toEqual([404, 404]);
        expect(there.text).toBe(nowhere.text.replaceAll("x".repeat(24), target?.id ?? ""));
      }
      for (const query of ["", "?fieldSelector=user=bob", `?name=${target?.id}`])
        for (const s of (await listed(token, query)).items) expect(s.user).toBe(name);
    }
    expect(await statusOf(bobs)).toBe(200);
  });

  test("are seen and ended by who may edit users, or edit that user", async () => {
    const { accessToken: bobs } = await login("bob", "stolen");
    const { accessToken: adas } = await login("ada", "fine");
    const { accessToken: una } = await login("una");
    const { accessToken: ned } = await login("ned");
    const users = async (token: string) => [...new Set((await listed(token)).items.map((s) => s.user))].sort();
    expect(await users(una)).toEqual(["ada", "admin", "bob", "ned", "una", "vic"]);
    expect(await users(ned)).toEqual(["bob", "ned"]);
    const of = async (token: string) => (await listed(token)).items.find((s) => s.status.current)?.id;
    expect((await send("DELETE", `${at}/${await of(adas)}`, { token: ned })).status).toBe(404);
    expect((await send("DELETE", `${at}/${await of(bobs)}`, { token: ned })).status).toBe(200);
    await until("401", async () => (await statusOf(bobs)) === 401, REVOKED_WITHIN_MS);
    expect((await send("DELETE", `${at}/${await of(adas)}`, { token: una })).status).toBe(200);
    await until("401", async () => (await statusOf(adas)) === 401, REVOKED_WITHIN_MS);
    const trail = async () =>
      (await rows(edge.databaseUrl, "select payload from auditevent where payload->>'action' = 'session-ended'"))
        .length;
    await until("who ended them is remembered", async () => (await trail()) >= 2, 5_000);
  });
});

test("a session shows nothing of its credential, to anybody", async () => {
  const hashes = (await rows(edge.databaseUrl, "select hash from session")).map((r) => String(r["hash"]));
  const { text } = await send("GET", at, { token: root });
  expect(hashes.length).toBeGreaterThan(5);
  for (const hash of hashes) expect(text).not.toContain(hash.slice(0, 8));
});
