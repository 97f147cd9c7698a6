import { afterEach, describe, expect, test } from "vitest";
import { openBrowser } from "../fakes/browser.ts";
import { clientOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { atTarget, startWorld, type World } from "./world.ts";

let running: { stop(): Promise<void> } | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function edgeWith(OIDC: string): Promise<TestEdge> {
  const edge = await startEdge({ env: { OIDC } });
  running = edge;
  return edge;
}

async function worldWith(oidc: Readonly<Record<string, unknown>>): Promise<World> {
  const world = await startWorld(oidc);
  running = world;
  return world;
}

const begin = (edge: { url: string }) =>
  openBrowser().open(
    `${edge.url}/api/v1/auth/oidc/authorize?redirect_uri=http://127.0.0.1:9/&state=s&code_challenge=${"x".repeat(43)}&code_challenge_method=S256`,
    atTarget,
  );
const told = async (edge: { url: string }) => new URL((await begin(edge)).url).searchParams;

test("an edge without a provider says so on every route of single sign-on", async () => {
  const edge = await edgeWith("");
  const send = clientOf(edge.url);
  expect((await send("GET", "/api/v1/auth/methods")).body).toEqual({ password: true, sso: null });
  expect((await told(edge)).get("error_description")).toContain("no single sign-on");
  const device = await send("POST", "/api/v1/auth/device");
  expect([device.status, device.body["code"]]).toEqual([400, "unsupported"]);
  expect((await send("GET", "/device")).text).toContain("no single sign-on");
  expect((await send("GET", "/readyz")).status).toBe(200);
});

test("wrong settings of single sign-on are named on /readyz, and all else works", async () => {
  const edge = await edgeWith(JSON.stringify({ issuer: "http://id.example.com", clientID: "x" }));
  const send = clientOf(edge.url);
  const ready = await send("GET", "/readyz");
  expect([ready.status, ready.body["code"]]).toEqual([500, "misconfigured"]);
  expect(ready.text).toContain("OIDC.issuer: must be an https URL");
  expect(ready.text).toContain("clientID");
  expect((await told(edge)).get("error")).toBe("misconfigured");
  expect((await send("GET", "/api/v1/auth/methods")).body).toEqual({ password: true, sso: null });
  const { token } = await edge.bootstrap();
  expect((await send("GET", "/api/v1/users", { token })).status).toBe(200);
});

describe("a provider's description", () => {
  test("that is away, a web page, or another issuer's is named as that, and works again by itself", async () => {
    const world = await worldWith({});
    const path = "/.well-known/openid-configuration";
    const answer = (status: number, text: string) => {
      world.provider.interfere = (req, res) => {
        if (req.url !== path) return false;
        res.writeHead(status, { "content-type": "application/json" });
        res.end(text);
        return true;
      };
    };
    /** It is not asked again at once. */
    const says = (words: string) =>
      expect.poll(async () => (await told(world.edge)).get("error_description"), { timeout: 5_000 }).toContain(words);
    answer(503, "<html>down</html>");
    await says("answered 503 with a web page");
    const asked = () => world.provider.seen.filter((s) => s === `GET ${path}` || s === "GET /jwks").length;
    const once = asked();
    for (let i = 0; i < 5; i++) await told(world.edge);
    expect(asked() - once).toBeLessThan(5);
    answer(404, "{}");
    await says("answered 404");
    answer(200, "{}");
    await says("is no provider's description");
    const endpoint = "https://id.example.com/x";
    const named = { authorization_endpoint: endpoint, token_endpoint: endpoint, jwks_uri: endpoint };
    answer(200, JSON.stringify({ ...named, issuer: "https://evil.example" }));
    await says("calls itself https://evil.example");
    expect((await told(world.edge)).get("error")).toBe("misconfigured");
    answer(200, JSON.stringify({ ...named, issuer: world.provider.issuer, token_endpoint: "http://id.example.com/x" }));
    await says("token_endpoint is not an https URL");
    world.provider.interfere = () => false;
    await until("it is known", async () => (await told(world.edge)).get("error") === null);
    world.provider.accounts.set("ada", { email: "ada@example.com", email_verified: true });
    await world.logIn("ada");
    // Known once, it is not asked for at every login.
    const before = asked();
    await world.logIn("ada");
    expect(asked()).toBe(before);
  });

  test("that can't be reached is named as that", async () => {
    const edge = await edgeWith(JSON.stringify({ issuer: "http://127.0.0.1:1", clientId: "x" }));
    const query = await told(edge);
    expect(query.get("error")).toBe("provider_unreachable");
    expect(query.get("error_description")).toContain("127.0.0.1:1, where people log in, can't be reached");
  });
});

test("ID tokens with unknown keys make the edge ask the provider seldom", async () => {
  const world = await worldWith({});
  world.provider.accounts.set("ada", { email: "ada@example.com", email_verified: true });
  await world.logIn("ada");
  world.provider.twist = async (_, __, token) => {
    const [, payload, signature] = token.split(".");
    const head = Buffer.from(JSON.stringify({ alg: "RS256", kid: crypto.randomUUID() })).toString("base64url");
    return [head, payload, signature].join(".");
  };
  const before = world.provider.seen.filter((s) => s === "GET /jwks").length;
  const words = [];
  for (let i = 0; i < 8; i++) words.push((await world.refusal("ada")).words ?? "");
  expect(world.provider.seen.filter((s) => s === "GET /jwks").length - before).toBeLessThan(8);
  expect(words.at(-1)).toContain("signed the login with a key that it does not publish");
  world.provider.twist = undefined;
  await world.logIn("ada");
});

test("logins can be limited to domains and to existing users", async () => {
  const world = await worldWith({ domains: ["example.com"], createUsers: false, passwords: false });
  const { accounts } = world.provider;
  accounts.set("in", { email: "in@EXAMPLE.com", email_verified: true });
  accounts.set("claims", { email: "in@example.com", email_verified: false });
  accounts.set("out", { email: "out@example.com.evil.example", email_verified: true });
  expect((await world.refusal("out")).words).toContain("Only addresses of example.com may log in here");
  expect((await world.refusal("claims")).words).toContain("proven to be yours");
  expect((await world.refusal("in")).words).toContain("There is no user with the address in@example.com here");
  await world.admin.create("users", { name: "in", email: "in@example.com", password: "a password nobody uses" });
  expect((await world.logIn("in")).user.name).toBe("in");
  // Somebody who moved is kept out, linked or not.
  accounts.set("in", { email: "in@elsewhere.example", email_verified: true });
  expect((await world.refusal("in")).words).toContain("Only addresses of example.com");

  expect((await world.send("GET", "/api/v1/auth/methods")).body["password"]).toBe(false);
  const byPassword = await world.send("POST", "/api/v1/auth/login", {
    body: { email: "in@example.com", password: "a password nobody uses" },
  });
  expect([byPassword.status, byPassword.body["code"]]).toEqual([400, "unsupported"]);
});

test("behind a proxy a login uses the configured address, with cookies for TLS alone", async () => {
  const world = await worldWith({ publicUrl: "https://edge.example.com/" });
  const answer = await fetch(world.program().url, { redirect: "manual" });
  const redirect = new URL(answer.headers.get("location") ?? "").searchParams.get("redirect_uri");
  expect(redirect).toBe("https://edge.example.com/api/v1/auth/oidc/callback");
  const [cookie = ""] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-mcpctl_login_[\w-]+=.*; Path=\/; .*; Secure$/);
  const device = await world.send("POST", "/api/v1/auth/device");
  expect(device.body["verificationUri"]).toBe("https://edge.example.com/device");
});

test("groups that a provider named end with the provider, or with their mapping, in the settings", async () => {
  const world = await worldWith({ groupsClaim: "groups", groups: { a: "kept", b: "dropped" } });
  for (const name of ["kept", "dropped"]) await world.admin.create("groups", { name });
  world.provider.accounts.set("ada", { email: "ada@example.com", email_verified: true, groups: ["a", "b"] });
  const { accessToken } = await world.logIn("ada");
  const groups = async () => (await world.send("GET", "/api/v1/auth/me", { token: accessToken })).body["groups"];
  expect(await groups()).toEqual(["dropped", "kept"]);
  await world.edge.trigger("*/5 * * * *");
  expect(await groups()).toEqual(["dropped", "kept"]);
  // As after a deployment with other settings: memberships of a group that is not mapped, and of another issuer.
  const [ada] = await rows(world.edge.databaseUrl, `select user_id from identity where subject = 'ada'`);
  await world.admin.create("groups", { name: "unmapped" });
  await rows(
    world.edge.databaseUrl,
    `insert into provided_member select '${String(ada?.["user_id"])}', id, 'https://old.example' from "group" where name = 'kept';
     update provided_member set group_id = (select id from "group" where name = 'unmapped')
       where group_id = (select id from "group" where name = 'dropped')`,
  );
  await world.edge.trigger("*/5 * * * *");
  await until("the guard was told", async () => JSON.stringify(await groups()) === '["kept"]');
  const left = await rows(world.edge.databaseUrl, "select issuer from provided_member");
  expect(left).toEqual([{ issuer: world.provider.issuer }]);
});
