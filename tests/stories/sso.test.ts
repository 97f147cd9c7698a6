/** People who have no password: the command line, a browser, and a real OpenID provider. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInAt, openBrowser } from "../fakes/browser.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../fakes/openid-provider.ts";
import { type Person, type Running, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

let provider: OpenIdProvider;
let stack: Stack;
const noBrowser = { BROWSER: "none" };

beforeAll(async () => {
  provider = await startOpenIdProvider();
  const settings = {
    issuer: provider.issuer,
    clientId: CLIENT.id,
    name: "Example Id",
    scopes: ["email", "profile", "groups"],
    groupsClaim: "groups",
    groups: { engineering: "engineers" },
    domains: ["example.com"],
    createUsers: true,
    passwords: false,
  };
  stack = await startStack({ env: { OIDC: JSON.stringify(settings), OIDC_CLIENT_SECRET: CLIENT.secret } });
  provider.register(`${stack.edge.url}/api/v1/auth/oidc/callback`);
  provider.accounts.set("ada", { email: "ada@example.com", email_verified: true, groups: ["engineering"] });
  provider.accounts.set("eve", { email: "eve@evil.example", email_verified: true });
  await stack.admin.create("groups", { name: "engineers" });
  await stack.admin.create("rbac", {
    name: "engineers",
    subjects: [{ kind: "Group", name: "engineers" }],
    bindings: [{ role: "view", resource: "*" }],
  });
});
afterAll(async () => {
  await stack?.stop();
  await provider?.stop();
});

/** The page that the command names, when it has named it. */
async function pageOf(login: Running, pattern: RegExp): Promise<string> {
  await login.says(pattern);
  return pattern.exec(login.output())?.[0] ?? "";
}

const authorize = /http:\/\/127\.0\.0\.1:\d+\/api\/v1\/auth\/oidc\/authorize\S+/;

async function whoami(who: Person): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await who.mcpctl(["whoami", "-o", "json"]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("a login at the provider, with a browser on the same machine", () => {
  test(verifies(["auth.sso-login", "auth.sso-groups"], "gives the group's rights"), async () => {
    const ada = stack.person(noBrowser);
    // Nothing was said about how: this edge takes no passwords.
    const login = ada.running(["login", stack.edge.url]);
    const browser = openBrowser();
    const page = await browser.open(await pageOf(login, authorize));
    const done = await logInAt(browser, page, provider.issuer, "ada");
    expect(done.url).toBe(`${stack.edge.url}/login/done`);
    expect(done.text).toContain("You can close this window");
    const { code, stderr } = await login.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`Logged in to ${stack.edge.url} as ada`);
    expect(await whoami(ada)).toMatchObject({ name: "ada", email: "ada@example.com", groups: ["engineers"] });
    expect((await ada.mcpctl(["get", "groups", "-o", "name"])).stdout).toContain("engineers");
    const described = await ada.mcpctl(["describe", "group", "engineers"]);
    expect(described.stdout).toMatch(new RegExp(`Members from:\\s+${provider.issuer}:\\s+ada\\n`));
    expect((await ada.mcpctl(["describe", "user", "ada"])).stdout).toMatch(/Logs in at:\n.*\n\s+groups:\s+engineers/);
    expect((await ada.mcpctl(["get", "group", "engineers", "-o", "yaml"])).stdout).not.toContain("ada");

    // Out of the group there, and out of it here at the next login.
    provider.accounts.set("ada", { email: "ada@example.com", email_verified: true, groups: [] });
    const again = ada.running(["login", "--sso"]);
    await logInAt(browser, await browser.open(await pageOf(again, authorize)), provider.issuer, "ada");
    expect((await again.ended).code).toBe(0);
    expect((await whoami(ada))["groups"]).toEqual([]);
    const refused = await ada.mcpctl(["get", "groups"]);
    expect([refused.code, refused.stderr.includes("view:groups")]).toEqual([4, true]);

    expect((await ada.mcpctl(["logout"])).code).toBe(0);
    expect((await ada.mcpctl(["whoami"])).code).toBe(4);
  });

  test("opens the page with what $BROWSER names", async () => {
    const bob = stack.person();
    const shown = path.join(bob.home, "shown");
    const opener = path.join(bob.home, "opener");
    writeFileSync(opener, `#!/bin/sh\nprintf %s "$1" > "${shown}"\n`, { mode: 0o755 });
    const login = bob.running(["login", stack.edge.url], { env: { BROWSER: opener } });
    await login.says("A browser opens this page");
    const url = await pageOf(login, authorize);
    await until("the opener was run", () => {
      try {
        return readFileSync(shown, "utf8") === url;
      } catch {
        return false;
      }
    });
    login.process.kill("SIGINT");
    const { code, stderr } = await login.ended;
    expect([code, stderr.includes("Error:")]).toEqual([130, false]);
  });

  test("says why somebody is refused, in the browser and in mcpctl, and keeps nothing", async () => {
    const eve = stack.person(noBrowser);
    const login = eve.running(["login", stack.edge.url, "--sso"]);
    const browser = openBrowser();
    const page = await browser.open(await pageOf(login, authorize));
    const end = await logInAt(browser, page, provider.issuer, "eve");
    expect(end.text).toContain("Only addresses of example.com may log in here");
    const { code, stderr } = await login.ended;
    expect(code).toBe(4);
    expect(stderr).toContain("Error: Only addresses of example.com may log in here, and eve@evil.example is none.");
    expect((await eve.mcpctl(["whoami"])).code).not.toBe(0);
  });

  test("does not take another program's answer", async () => {
    const ada = stack.person(noBrowser);
    const login = ada.running(["login", stack.edge.url]);
    const url = new URL(await pageOf(login, authorize));
    const target = url.searchParams.get("redirect_uri") ?? "";
    for (const query of ["", "?code=x", `?code=x&state=${"x".repeat(43)}`]) {
      const answer = await fetch(target + query);
      expect([answer.status, await answer.text()]).toEqual([404, "mcpctl: mcpctl does not expect this request.\n"]);
    }
    const browser = openBrowser();
    provider.accounts.set("ada", { email: "ada@example.com", email_verified: true });
    await logInAt(browser, await browser.open(url.href), provider.issuer, "ada");
    expect((await login.ended).code).toBe(0);
  });
});

describe("mcpctl login --device, on a machine without a browser", () => {
  async function confirm(login: Running, decision: "allow" | "deny"): Promise<void> {
    const code = await pageOf(login, /[B-Z]{4}-[B-Z]{4}/);
    const browser = openBrowser();
    const start = await browser.open(`${stack.edge.url}/device`);
    const [, next = ""] = /href="([^"]+)"/.exec(start.text) ?? [];
    const form = await browser.open(new URL(next, start.url).href);
    const at = await logInAt(browser, form, provider.issuer, "ada");
    const page = await browser.submit(at, { code, decision: "look" });
    expect(page.text).toContain("mcpctl/");
    await browser.submit(page, { decision });
  }

  test(verifies("auth.sso-device", "waits until somebody has confirmed its code"), async () => {
    const ada = stack.person(noBrowser);
    const login = ada.running(["login", stack.edge.url, "--device"]);
    await confirm(login, "allow");
    const { code, stderr } = await login.ended;
    expect(code, stderr).toBe(0);
    expect(await whoami(ada)).toMatchObject({ name: "ada" });
  });

  test("ends when the code is denied", async () => {
    const ada = stack.person(noBrowser);
    const login = ada.running(["login", stack.edge.url, "--device", "--quiet"]);
    await confirm(login, "deny");
    const { code, stderr } = await login.ended;
    expect([code, stderr.includes("Somebody denied this device.")]).toEqual([4, true]);
  });
});

test("an account that an administrator unlinks is linked again at its next login", async () => {
  const [ada, admin] = [
    stack.person(noBrowser),
    stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token }),
  ];
  const unlinked = await admin.mcpctl(["auth", "unlink", "ada"]);
  expect([unlinked.code, unlinked.stderr]).toEqual([0, `Account ada of ${provider.issuer} unlinked from ada.\n`]);
  expect((await admin.mcpctl(["auth", "unlink", "ada"])).code).toBe(3);
  expect((await admin.mcpctl(["describe", "user", "ada"])).stdout).not.toContain("Logs in at");
  const login = ada.running(["login", stack.edge.url]);
  const browser = openBrowser();
  await logInAt(browser, await browser.open(await pageOf(login, authorize)), provider.issuer, "ada");
  expect((await login.ended).stderr).toContain("as ada.");
});

test("mcpctl login refuses flags that exclude each other", async () => {
  const ada = stack.person(noBrowser);
  for (const flags of [
    ["--sso", "--device"],
    ["--sso", "--email", "ada@example.com"],
    ["--device", "--token-stdin"],
  ])
    expect((await ada.mcpctl(["login", stack.edge.url, ...flags])).code).toBe(2);
  const byPassword = await ada.mcpctl(["login", stack.edge.url, "--email", "ada@example.com", "--password-stdin"], {
    stdin: "whatever it is",
  });
  expect(byPassword.stderr).toContain("This edge takes no passwords: people log in with Example Id.");
});
