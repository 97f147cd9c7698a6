import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { logInAt, openBrowser } from "../fakes/browser.ts";
import { CLIENT } from "../fakes/openid-provider.ts";
import { verifies } from "../requirements.ts";
import { atTarget, session, startWorld, TARGET, type World } from "./world.ts";

let world: World;
const me = "/api/v1/auth/me";

beforeAll(async () => {
  world = await startWorld({ groupsClaim: "groups", groups: { engineers: "dev", writers: "docs" } });
});
afterAll(() => world?.stop());

beforeEach(() => {
  const { accounts } = world.provider;
  accounts.clear();
  accounts.set("ada-1815", { email: "Ada.Lovelace@example.com", email_verified: true, name: "Ada" });
});

describe("a login at the provider", () => {
  test(verifies("auth.sso-login", "gives a session that is renewed and logged out as any other"), async () => {
    const { accessToken, refreshToken, user } = await world.logIn("ada-1815");
    expect(user).toMatchObject({ name: "ada-lovelace", email: "ada.lovelace@example.com" });
    const who = await world.send("GET", me, { token: accessToken });
    expect(who.body).toMatchObject({ kind: "User", name: "ada-lovelace", groups: [], bindings: [] });
    const renewed = session.parse((await world.send("POST", "/api/v1/auth/refresh", { body: { refreshToken } })).body);
    expect((await world.send("POST", "/api/v1/auth/logout", { token: renewed.accessToken })).status).toBe(204);
    expect((await world.send("GET", me, { token: renewed.accessToken })).status).toBe(401);
  });

  test("finds the same user again by the account's subject", async () => {
    const first = await world.logIn("ada-1815");
    world.provider.accounts.set("ada-1815", { email: "countess@example.com", email_verified: false });
    expect((await world.logIn("ada-1815")).user).toEqual(first.user);
  });

  test("is offered to anybody who asks for the ways to log in", async () => {
    expect((await world.send("GET", "/api/v1/auth/methods")).body).toEqual({
      password: true,
      sso: { name: "Test Id", issuer: world.provider.issuer },
    });
    expect((await world.send("GET", "/readyz")).status).toBe(200);
  });

  test("takes what the ID token lacks from userinfo", async () => {
    world.provider.claimsInToken(false);
    try {
      world.provider.accounts.set("userinfo-1", { email: "ui@example.com", email_verified: true, name: "U. I." });
      expect((await world.logIn("userinfo-1")).user.email).toBe("ui@example.com");
      expect(world.provider.seen).toContain("GET /me");
    } finally {
      world.provider.claimsInToken(true);
    }
  });

  test(verifies("auth.sso-keys", "goes on when the provider has changed its keys"), async () => {
    await world.logIn("ada-1815");
    world.provider.rotate();
    await world.logIn("ada-1815");
    world.provider.rotate();
    await world.logIn("ada-1815");
  });

  test("gives a new user another name where theirs is taken", async () => {
    const { accounts } = world.provider;
    for (const n of [1, 2]) accounts.set(`sam-${n}`, { email: `sam@${n}.example.com`, email_verified: true });
    const names = [(await world.logIn("sam-1")).user.name, (await world.logIn("sam-2")).user.name];
    expect(names).toEqual(["sam", "sam-2"]);
  });

  test("twice at once of one account makes one user", async () => {
    world.provider.accounts.set("twin", { email: "twin@example.com", email_verified: true });
    const [a, b] = await Promise.all([world.logIn("twin"), world.logIn("twin")]);
    expect(a.user).toEqual(b.user);
  });
});

describe("the user of a provider's account", () => {
  test(verifies("auth.sso-email", "is the user with its address, where the address is verified"), async () => {
    const made = await world.admin.create("users", { name: "grace", email: "grace@example.com" });
    world.provider.accounts.set("g-1", { email: "Grace@example.com", email_verified: false });
    const refused = await world.refusal("g-1");
    expect(refused).toMatchObject({ error: "not_allowed", words: expect.stringContaining("proven to be yours") });
    world.provider.accounts.set("g-2", { email: "Grace@example.com", email_verified: true });
    expect((await world.logIn("g-2")).user).toMatchObject({ id: made["id"], name: "grace" });
    // Whoever is given the address later is somebody else.
    world.provider.accounts.set("g-3", { email: "grace@example.com", email_verified: true });
    expect(await world.refusal("g-3")).toMatchObject({
      error: "not_allowed",
      words: expect.stringContaining("another account of Test Id"),
    });
    const { items } = await world.admin.read("/api/v1/users/grace/identities");
    const [linked] = items as { id: string; subject: string }[];
    expect(linked?.subject).toBe("g-2");
    expect((await world.admin.call("DELETE", `/api/v1/users/grace/identities/${linked?.id}`)).status).toBe(204);
    expect((await world.logIn("g-3")).user.name).toBe("grace");
  });

  test("is never the system user, whatever the provider says", async () => {
    world.provider.accounts.set("root", { email: "System@mcpctl.local", email_verified: true });
    expect(await world.refusal("root")).toMatchObject({ error: "not_allowed" });
    const { items } = await world.admin.read("/api/v1/users/system/identities");
    expect(items).toEqual([]);
  });

  test("does not exist for an account without an address", async () => {
    world.provider.accounts.set("silent", {});
    expect((await world.refusal("silent")).words).toContain("told no e-mail address");
  });

  test(verifies("auth.revoke-5s", "loses access when the user is deleted"), async () => {
    world.provider.accounts.set("leaver", { email: "leaver@example.com", email_verified: true });
    const { accessToken, user } = await world.logIn("leaver");
    expect((await world.send("GET", me, { token: accessToken })).status).toBe(200);
    expect((await world.admin.call("DELETE", `/api/v1/users/${user.name}`)).status).toBeLessThan(300);
    expect((await world.send("GET", me, { token: accessToken })).status).toBe(401);
  });

  test(
    verifies("auth.revoke-5s", "gets no session by a code that was under way when the user was deleted"),
    async () => {
      world.provider.accounts.set("halfway", { email: "halfway@example.com", email_verified: true });
      const program = world.program();
      const code = world.brought(await world.visit(program, "halfway")).get("code");
      expect(code).toBeTruthy();
      expect((await world.admin.call("DELETE", "/api/v1/users/halfway")).status).toBeLessThan(300);
      expect((await world.redeem(program, code)).status).toBe(401);
    },
  );
});

describe("groups that the provider names", () => {
  const groupsOf = async (token: string) => (await world.send("GET", me, { token })).body["groups"];

  test(
    verifies("auth.sso-groups", "give rights, are refreshed at each login, and leave the document alone"),
    async () => {
      await world.admin.create("groups", { name: "dev", members: ["admin"] });
      await world.admin.create("groups", { name: "docs" });
      const subjects = [{ kind: "Group", name: "dev" }];
      await world.admin.create("rbac", { name: "dev", subjects, bindings: [{ role: "view", resource: "llms" }] });
      const { accounts } = world.provider;
      const joan = { email: "joan@example.com", email_verified: true };
      accounts.set("joan", { ...joan, groups: ["engineers", "writers", "constructor", "nobody-knows"] });
      const first = await world.logIn("joan");
      expect(await groupsOf(first.accessToken)).toEqual(["dev", "docs"]);
      expect((await world.send("GET", "/api/v1/llms", { token: first.accessToken })).status).toBe(200);

      const put = await world.admin.call("PUT", "/api/v1/groups/dev", { name: "dev", members: [] });
      expect(put.status, JSON.stringify(put.body)).toBe(200);
      expect(await groupsOf(first.accessToken)).toEqual(["dev", "docs"]);
      expect((await world.admin.read("/api/v1/groups/dev"))["members"]).toEqual([]);
      expect((await world.admin.read("/api/v1/groups/dev/members"))["items"]).toEqual([
        { name: "joan", from: world.provider.issuer },
      ]);
      expect(await world.admin.read("/api/v1/users/joan/identities")).toMatchObject({ groups: ["dev", "docs"] });

      // Whoever asks who reaches something sees them, too.
      const reach = await world.admin.read("/api/v1/groups/docs/access");
      expect(JSON.stringify(reach)).not.toContain("joan");
      await world.admin.create("llms", { name: "m", type: "vllm", model: "m", url: "http://127.0.0.1:9" });
      expect((await world.admin.read("/api/v1/llms/m/access"))["items"]).toContainEqual(
        expect.objectContaining({ principal: { kind: "User", name: "joan" }, group: "dev", definition: "dev" }),
      );

      // A right that the group gets reaches who is in it by the provider's word, and goes from them.
      const more = { name: "dev", subjects, bindings: [{ role: "view", resource: "secrets" }] };
      expect((await world.admin.call("PUT", "/api/v1/rbac/dev", more)).status).toBe(200);
      expect((await world.send("GET", "/api/v1/secrets", { token: first.accessToken })).status).toBe(200);
      expect((await world.send("GET", "/api/v1/llms", { token: first.accessToken })).status).toBe(403);

      accounts.set("joan", { ...joan, groups: ["writers"] });
      const second = await world.logIn("joan");
      expect(await groupsOf(second.accessToken)).toEqual(["docs"]);
      // What the first login holds is the same user's.
      expect(await groupsOf(first.accessToken)).toEqual(["docs"]);
      expect((await world.send("GET", "/api/v1/secrets", { token: first.accessToken })).status).toBe(403);

      accounts.set("joan", joan);
      await world.logIn("joan");
      expect(await groupsOf(first.accessToken)).toEqual([]);
    },
  );
});

describe("a login that has begun", () => {
  test(verifies("auth.sso-state", "can't be finished in another browser"), async () => {
    const [mine, other] = [openBrowser(), openBrowser()];
    const program = world.program();
    const form = await mine.open(program.url, atTarget);
    const back = await logInAt(mine, form, world.provider.issuer, "ada-1815", (u) => u.pathname.endsWith("/callback"));
    expect(new URL(back.url).searchParams.get("code")).toBeTruthy();
    const page = await other.open(back.url, atTarget);
    expect(page.status).toBe(400);
    expect(page.text).toContain("not begun in this browser");
    // In its own it works, once.
    const kept = structuredClone(mine.cookies);
    expect(world.brought(await mine.open(back.url, atTarget)).get("code")).toBeTruthy();
    expect((await mine.open(back.url, atTarget)).text).toContain("not begun in this browser");
    const thief = openBrowser();
    for (const [host, jar] of kept) thief.cookies.set(host, jar);
    expect(world.brought(await thief.open(back.url, atTarget)).get("error_description")).toContain("used already");
  });

  test("can't be finished with another state", async () => {
    const browser = openBrowser();
    const form = await browser.open(world.program().url, atTarget);
    const back = await logInAt(browser, form, world.provider.issuer, "ada-1815", (u) =>
      u.pathname.endsWith("/callback"),
    );
    const state = new URL(back.url).searchParams.get("state") ?? "";
    for (const other of [`${state}x`, state.slice(0, -1), `${state.slice(0, -1)}${state.endsWith("A") ? "B" : "A"}`])
      expect((await browser.open(back.url.replace(state, other), atTarget)).text).toContain(
        "not begun in this browser",
      );
    const callback = `${world.edge.url}/api/v1/auth/oidc/callback`;
    for (const query of ["", "?code=x", "?state=x&code=x", `?state=${"A".repeat(43)}&code=x`, "?state=%00&code=x"])
      expect((await browser.open(callback + query, atTarget)).status, query).toBe(400);
  });

  test(verifies("auth.sso-code", "gives the program a code that is good once, to it alone"), async () => {
    const program = world.program();
    const code = world.brought(await world.visit(program, "ada-1815")).get("code");
    const wrong = await world.redeem(program, code, { codeVerifier: "x".repeat(43) });
    expect(wrong.status).toBe(401);
    expect((await world.redeem(program, code, { redirectUri: "http://127.0.0.1:10/callback" })).status).toBe(401);
    expect((await world.redeem(program, code, { redirectUri: "https://evil.example/" })).status).toBe(400);
    expect((await world.redeem(program, `${code}x`)).status).toBe(401);
    const both = await Promise.all([world.redeem(program, code), world.redeem(program, code)]);
    expect(both.map((a) => a.status).sort()).toEqual([200, 401]);
    expect(both.find((a) => a.status === 200)?.headers.get("cache-control")).toBe("no-store");
  });

  test("keeps its cookie from scripts and other sites", async () => {
    const answer = await fetch(world.program().url, { redirect: "manual" });
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain(world.program().state);
    const at = new URL(answer.headers.get("location") ?? "");
    expect(at.searchParams.get("code_challenge_method")).toBe("S256");
    expect(at.searchParams.get("nonce")).toMatch(/^[\w-]{43}$/);
  });
});

test("failed logins at the provider are limited", async () => {
  const browser = openBrowser({ "cf-connecting-ip": "203.0.113.90" });
  const ends = [];
  for (let i = 0; i < 36; i++) {
    const page = await browser.open(world.program().url, (url) => url.origin === world.provider.issuer);
    const state = new URL(page.url).searchParams.get("state");
    const query = `state=${state}&code=made-up&iss=${encodeURIComponent(world.provider.issuer)}`;
    ends.push(await browser.open(`${world.edge.url}/api/v1/auth/oidc/callback?${query}`, atTarget));
  }
  expect(world.brought(ends[0] as (typeof ends)[0]).get("error")).toBe("provider_failed");
  const limited = ends.filter((page) => page.status === 429);
  expect(limited.length).toBeGreaterThan(0);
  expect(Number(limited[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
});

describe("the address that a login redirects to", () => {
  test.each([
    "https://evil.example/callback",
    "http://evil.example/callback",
    "http://127.0.0.1.evil.example/",
    "http://127.0.0.1:80@evil.example/",
    "http://user@127.0.0.1:9/callback",
    "https://127.0.0.1:9/callback",
    "//evil.example/",
    "javascript:alert(1)",
    "http://10.0.0.1/",
    "http://127.0.0.1:9/#fragment",
    "x",
  ])(verifies("auth.sso-loopback", "is never %s"), async (redirect_uri) => {
    const answer = await fetch(world.program({ redirect_uri }).url, { redirect: "manual" });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
    expect(await answer.text()).toContain("program on your own machine only");
  });

  test.each(["http://localhost:9/callback", "http://[::1]:9/x?y=z", TARGET])("may be %s", async (redirect_uri) => {
    const answer = await fetch(world.program({ redirect_uri }).url, { redirect: "manual" });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toContain(world.provider.issuer);
  });

  test.each([
    [{ code_challenge: undefined }, "code_challenge"],
    [{ code_challenge: "short" }, "code_challenge"],
    [{ code_challenge_method: "plain" }, "code_challenge_method: expected &quot;S256&quot;"],
    [{ code_challenge_method: undefined }, "code_challenge_method: is required"],
    [{ state: undefined }, "state: is required"],
  ])("is asked for with PKCE: %j", async (change, words) => {
    const answer = await fetch(world.program(change).url, { redirect: "manual" });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
  });
});

test("the audit trail has what happens at a provider's login, and no credential", async () => {
  const { rows } = await import("../harness/rows.ts");
  const program = world.program();
  const code = world.brought(await world.visit(program, "ada-1815")).get("code") ?? "";
  const { accessToken, refreshToken } = session.parse((await world.redeem(program, code)).body);
  const read = () => rows(world.edge.databaseUrl, "select payload from auditevent where kind = 'auth'");
  await expect
    .poll(async () => new Set((await read()).map((r) => (r["payload"] as { action: string }).action)), {
      timeout: 10_000,
    })
    .toEqual(
      new Set([
        ...["bootstrap", "login", "login-failed", "user-created", "identity-linked", "login-throttled", "logout"],
        "groups-changed",
        "identity-unlinked",
      ]),
    );
  const text = JSON.stringify(await read());
  for (const secret of [accessToken, refreshToken, code, program.verifier, CLIENT.secret]) {
    expect(text).not.toContain(secret);
    expect(world.edge.log()).not.toContain(secret);
  }
});
