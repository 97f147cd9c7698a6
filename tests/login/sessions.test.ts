import { createHash, generateKeyPairSync } from "node:crypto";
import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { mintToken } from "#db/crypto/token";
import { clientOf, type Send } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { atRest, costsNothing } from "../harness/statements.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const secret = "a-bootstrap-secret-for-tests";
const password = "correct horse battery staple";
const me = "/api/v1/auth/me";
/** What the specification gives a revocation. */
const REVOKED_WITHIN_MS = 5_000;

const session = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.iso.datetime(),
});

let edge: TestEdge;
let send: Send;
let admin: z.infer<typeof session> & { token: string };

const login = async (body: Record<string, string> = { email: admin.user.email, password }) =>
  session.parse((await send("POST", "/api/v1/auth/login", { body })).body);
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
const refresh = (refreshToken: string) => send("POST", "/api/v1/auth/refresh", { body: { refreshToken } });
const statusOf = async (token: string) => (await send("GET", me, { token })).status;
const mint = async (name: string, expiry?: string) => {
  const answer = await send("POST", "/api/v1/auth/tokens", { token: admin.token, body: { name, expiry } });
  expect(answer.status).toBe(201);
  return z.object({ token: z.string() }).parse(answer.body).token;
};

beforeAll(async () => {
  edge = await startEdge({ env: { BOOTSTRAP_SECRET: secret } });
  send = clientOf(edge.url);
}, 60_000);
afterAll(() => edge.stop());

describe("bootstrap", () => {
  const bootstrap = (name: string, given: string = secret) =>
    send("POST", "/api/v1/auth/bootstrap", { body: { secret: given, name, email: `${name}@example.com`, password } });

  test("needs the secret", async () => {
    const answer = await bootstrap("eve", "not-the-secret-at-all");
    expect(answer.status).toBe(401);
    expect(answer.body["code"]).toBe("not_authenticated");
  });

  test("with too short a password is refused before anything is created", async () => {
    const body = { secret, name: "ann", email: "ann@example.com", password: "short" };
    const answer = await send("POST", "/api/v1/auth/bootstrap", { body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("password: must have at least 12 characters");
  });

  test(verifies("auth.bootstrap-once", "by several at once succeeds for exactly one"), async () => {
    const answers = await Promise.all(["ann", "bob", "cid"].map((name) => bootstrap(name)));
    expect(answers.map((a) => a.status).sort()).toEqual([201, 409, 409]);
    const won = answers.find((a) => a.status === 201);
    admin = session.extend({ token: z.string() }).parse(won?.body);
    expect(won?.headers.get("cache-control")).toBe("no-store");
  });

  test("is refused once it has succeeded", async () => {
    const answer = await bootstrap("dan");
    expect(answer.status).toBe(409);
    expect(answer.body["code"]).toBe("already_bootstrapped");
  });

  test(verifies("auth.me", "creates somebody who may do everything"), async () => {
    const { body } = await send("GET", me, { token: admin.token });
    expect(body).toMatchObject({
      kind: "User",
      name: admin.user.name,
      email: admin.user.email,
      tokenName: "bootstrap",
      groups: [],
      bindings: [
        { role: "edit", resource: "*" },
        { role: "run", resource: "*" },
      ],
    });
    expect(body["operations"]).toContain("rotate-secretbackend");
  });
});

describe("a credential", () => {
  test.each(["authorization", "x-api-key", "api-key"])(
    verifies("auth.credential-headers", "is found in %s"),
    async (header) => {
      const value = header === "authorization" ? `Bearer ${admin.token}` : admin.token;
      expect((await send("GET", me, { headers: { [header]: value } })).status).toBe(200);
    },
  );

  test(
    verifies("auth.uniform-401", "that is not valid is refused with the same words, whatever is wrong with it"),
    async () => {
      const { privateKey } = generateKeyPairSync("ed25519");
      const foreign = await new SignJWT({ sid: "s" })
        .setProtectedHeader({ alg: "EdDSA", kid: "k", typ: "at+jwt" })
        .setIssuer("mcpctl")
        .setAudience("mcpctl-edge")
        .setSubject(admin.user.id)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(privateKey);
      const revoked = await mint("revoked");
      await send("DELETE", "/api/v1/auth/tokens/revoked", { token: admin.token });
      const bad = [undefined, "garbage", mintToken(), `${mintToken()}x`, admin.refreshToken, foreign, revoked];
      const answers = await Promise.all(bad.map((token) => send("GET", me, token === undefined ? {} : { token })));
      expect(answers.map((a) => a.status)).toEqual(bad.map(() => 401));
      expect(new Set(answers.map((a) => a.text)).size).toBe(1);
      for (const { headers } of answers) {
        expect(headers.get("x-should-retry")).toBe("false");
        expect(headers.get("www-authenticate")).toBe('Bearer realm="mcpctl"');
      }
    },
  );

  test("that is valid costs the store nothing once it is known", async () => {
    const { accessToken } = await login();
    await costsNothing(edge, async () => {
      for (let i = 0; i < 25; i++)
        expect(await Promise.all([admin.token, accessToken].map(statusOf))).toEqual([200, 200]);
    });
  });

  test("that is unknown costs one statement a second at most", async () => {
    const token = mintToken();
    const before = await atRest(edge);
    for (let i = 0; i < 10; i++) expect(await statusOf(token)).toBe(401);
    expect((await edge.stats()).queries - before).toBeLessThanOrEqual(2);
  });

  test("that is made up again and again from one address is not looked up any more", async () => {
    const headers = { "cf-connecting-ip": "203.0.113.7" };
    const before = await atRest(edge);
    const flood = Array.from({ length: 150 }, () => send("GET", me, { token: mintToken(), headers }));
    const statuses = (await Promise.all(flood)).map((a) => a.status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const looked = statuses.filter((status) => status === 401).length;
    expect(looked).toBeLessThan(150);
    expect((await edge.stats()).queries - before).toBe(looked);
    expect((await send("GET", me, { token: admin.token, headers })).status).toBe(200);
    expect((await send("GET", me, { token: mintToken() })).status).toBe(401);
  });

  test("that is garbage costs the store nothing", async () => {
    await costsNothing(edge, async () => {
      for (const token of ["garbage", `${mintToken()}x`, "a.b.c", mintToken("mcpctl_rt_")])
        expect(await statusOf(token)).toBe(401);
    });
  });
});

describe("a login", () => {
  test(verifies("auth.login-uniform", "fails in the same words for a wrong password and for nobody"), async () => {
    const attempt = (email: string) =>
      send("POST", "/api/v1/auth/login", { body: { email, password: "not the password" } });
    const [wrong, nobody] = await Promise.all([attempt(admin.user.email), attempt("nobody@example.com")]);
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.text).toBe(nobody.text);
  });

  test(verifies("auth.login-session", "gives a token that the published keys verify"), async () => {
    const { accessToken, user } = await login();
    const { body } = await send("GET", "/.well-known/jwks.json");
    const keys = createLocalJWKSet(body as unknown as Parameters<typeof createLocalJWKSet>[0]);
    const { payload } = await jwtVerify(accessToken, keys, { issuer: "mcpctl", audience: "mcpctl-edge" });
    expect(payload.sub).toBe(user.id);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(900);
    expect(JSON.stringify(body)).not.toContain('"d"');
  });

  test("takes an address in any case", async () => {
    expect((await login({ email: admin.user.email.toUpperCase(), password })).user.id).toBe(admin.user.id);
  });

  test("ends by logging out, and the user's other logins stay", async () => {
    const [one, other] = [await login(), await login()];
    expect((await send("POST", "/api/v1/auth/logout", { token: one.accessToken })).status).toBe(204);
    expect(await statusOf(one.accessToken)).toBe(401);
    expect((await refresh(one.refreshToken)).status).toBe(401);
    expect(await statusOf(other.accessToken)).toBe(200);
  });

  test(verifies(
    "auth.login-limited",
    "is refused for a while after wrong guesses, and says how long to wait",
  ), async () => {
    const guess = () =>
      send("POST", "/api/v1/auth/login", { body: { email: "victim@example.com", password: "a guess" } });
    const answers = await Promise.all(Array.from({ length: 12 }, guess));
    expect(answers.filter((a) => a.status === 401)).toHaveLength(10);
    const limited = answers.filter((a) => a.status === 429);
    expect(limited).toHaveLength(2);
    for (const { headers } of limited) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }, 30_000);
});

test("the audit trail has what happens to credentials, and no credential", async () => {
  const { accessToken, refreshToken } = await login();
  const token = await mint("recorded");
  await send("POST", "/api/v1/auth/logout", { token: accessToken });
  const client = new pg.Client({ connectionString: edge.databaseUrl });
  await client.connect();
  try {
    const read = async () =>
      (await client.query("select principal, payload from auditevent where kind = 'auth' order by time")).rows;
    const actions = async () => (await read()).map((row) => row.payload.action);
    const wanted = ["bootstrap", "login", "login-failed", "login-throttled", "token-minted", "logout"];
    await until("every kind of event is there, and the token by the beginning of its hash", async () => {
      const seen = await actions();
      const minted = JSON.stringify(await read()).includes(hashOf(token).slice(0, 8));
      return minted && wanted.every((w) => seen.includes(w));
    });
    const text = JSON.stringify(await read());
    for (const credential of [accessToken, refreshToken, token, password, secret, admin.token])
      expect(text).not.toContain(credential);
    expect(edge.log()).not.toMatch(/mcpctl_(pat|rt)_\w|correct horse/);
  } finally {
    await client.end();
  }
});

describe("a personal token", () => {
  test("acts as its user, and is named in what it does", async () => {
    const { body } = await send("GET", me, { token: await mint("laptop") });
    expect(body).toMatchObject({ kind: "User", name: admin.user.name, tokenName: "laptop" });
  });

  test("has a name that no other of its user has", async () => {
    await mint("twice");
    const answer = await send("POST", "/api/v1/auth/tokens", { token: admin.token, body: { name: "twice" } });
    expect(answer.status).toBe(409);
  });

  test(verifies("auth.revoke-5s", "is refused as soon as it is deleted"), async () => {
    const token = await mint("short-lived");
    expect(await statusOf(token)).toBe(200);
    expect((await send("DELETE", "/api/v1/auth/tokens/short-lived", { token: admin.token })).status).toBe(200);
    expect(await until("401", async () => (await statusOf(token)) === 401, REVOKED_WITHIN_MS)).toBeLessThan(5_000);
    expect((await send("DELETE", "/api/v1/auth/tokens/short-lived", { token: admin.token })).status).toBe(404);
  });

  test("is refused once it has expired, also right after it was used", async () => {
    const token = await mint("ending", new Date(Date.now() + 1_500).toISOString());
    expect(await statusOf(token)).toBe(200);
    await until("401 after its expiry", async () => (await statusOf(token)) === 401, 3_000);
  });

  test("can't be made with an expiry that has passed", async () => {
    const body = { name: "past", expiry: "2020-01-01" };
    const answer = await send("POST", "/api/v1/auth/tokens", { token: admin.token, body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("2020-01-01 has passed");
  });

  test("can't be logged out", async () => {
    const answer = await send("POST", "/api/v1/auth/logout", { token: admin.token });
    expect(answer.status).toBe(400);
    expect(await statusOf(admin.token)).toBe(200);
  });

  test(verifies("auth.no-plain-token", "is listed without itself"), async () => {
    const token = await mint("listed");
    const { body, text } = await send("GET", "/api/v1/auth/tokens", { token: admin.token });
    expect(body["items"]).toContainEqual(expect.objectContaining({ name: "listed", expiresAt: null }));
    expect(text).not.toContain(token);
  });
});

describe("can-i", () => {
  test.each([
    [
      { role: "delete", resource: "llms", name: "gpt" },
      { allowed: true, because: "edit:*" },
    ],
    [
      { role: "run", resource: "llms" },
      { allowed: true, because: "run:*" },
    ],
    [
      { role: "run", action: "logs" },
      { allowed: true, because: "run:logs" },
    ],
  ])("%j", async (body, expected) => {
    expect((await send("POST", "/api/v1/auth/can-i", { token: admin.token, body })).body).toEqual(expected);
  });

  test("refuses a role or resource that does not exist", async () => {
    const body = { role: "view", resource: "unicorns" };
    expect((await send("POST", "/api/v1/auth/can-i", { token: admin.token, body })).status).toBe(400);
  });
});

test("an edge that was killed accepts the same credentials when it comes back, and no others", async () => {
  const { accessToken, refreshToken } = await login();
  const ended = await login();
  await send("POST", "/api/v1/auth/logout", { token: ended.accessToken });
  await edge.kill();
  await edge.restart();
  expect(await Promise.all([admin.token, accessToken, ended.accessToken].map(statusOf))).toEqual([200, 200, 401]);
  expect((await refresh(refreshToken)).status).toBe(200);
}, 30_000);

test("while the store is away a known credential works, and an unknown one gets 503", async () => {
  expect(await statusOf(admin.token)).toBe(200);
  await edge.stopStore();
  expect(await statusOf(admin.token)).toBe(200);
  const unknown = await send("GET", me, { token: mintToken() });
  expect(unknown.status).toBe(503);
  expect(unknown.body["code"]).toBe("store_unavailable");
  expect(unknown.headers.get("retry-after")).not.toBeNull();
}, 20_000);
