import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { mintToken } from "#db/crypto/token";
import { type Browser, logInAt, openBrowser, type Page } from "../fakes/browser.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { session, startWorld, type World } from "./world.ts";

const begun = z.object({
  deviceCode: z.string(),
  userCode: z.string().regex(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
  verificationUri: z.string(),
  verificationUriComplete: z.string(),
  expiresIn: z.literal(600),
  interval: z.literal(5),
});

let world: World;
beforeAll(async () => {
  world = await startWorld({ name: `Ida's <b>"Id"</b> & Co` });
  world.provider.accounts.set("ada", { email: "ada@example.com", email_verified: true });
});
afterAll(() => world?.stop());

const begin = async (headers: Record<string, string> = { "user-agent": "mcpctl/9.9 <script>alert(1)</script>" }) =>
  begun.parse((await world.send("POST", "/api/v1/auth/device", { headers })).body);
const poll = (deviceCode: string) => world.send("POST", "/api/v1/auth/device/token", { body: { deviceCode } });
/** As if the time between two polls had gone by. */
const waited = (seconds = 60) =>
  rows(world.edge.databaseUrl, `update device_login set polled_at = polled_at - interval '${seconds} seconds'`);

/** From the page that the device names to the one that shows what asks. */
async function look(browser: Browser, uri: string, code: string): Promise<Page> {
  const start = await browser.open(uri);
  const [, next = ""] = /href="([^"]+)"/.exec(start.text) ?? [];
  const form = await browser.open(new URL(next, start.url).href);
  const at = await logInAt(browser, form, world.provider.issuer, "ada");
  expect(at.url).toBe(`${world.edge.url}/device/confirm`);
  return browser.submit(at, { code, decision: "look" });
}

describe("a device's login", () => {
  test(verifies("auth.sso-device", "waits, is confirmed in a browser, and gets a session once"), async () => {
    const device = await begin();
    expect((await poll(device.deviceCode)).body["code"]).toBe("authorization_pending");
    const browser = openBrowser();
    // Typed as people do.
    const page = await look(browser, device.verificationUri, ` ${device.userCode.toLowerCase().replace("-", " ")}`);
    expect(page.text).toContain(device.userCode);
    const done = await browser.submit(page, { decision: "allow" });
    expect(done.text).toContain("The device is logged in");
    expect(browser.cookies.get("127.0.0.1")?.has("mcpctl_device")).toBe(false);
    await waited();
    const both = await Promise.all([poll(device.deviceCode), poll(device.deviceCode)]);
    expect(both.filter((a) => a.status === 200)).toHaveLength(1);
    const { user, accessToken } = session.parse(both.find((a) => a.status === 200)?.body);
    expect(user.name).toBe("ada");
    expect((await world.send("GET", "/api/v1/auth/me", { token: accessToken })).status).toBe(200);
    expect((await poll(device.deviceCode)).body["code"]).toBe("expired_token");
  });

  test(verifies("auth.sso-device", "that asks too often is slowed down, more each time"), async () => {
    const { deviceCode } = await begin();
    expect((await poll(deviceCode)).body["code"]).toBe("authorization_pending");
    const fast = await poll(deviceCode);
    expect([fast.status, fast.body["code"], fast.headers.get("retry-after")]).toEqual([400, "slow_down", "10"]);
    await waited(6);
    expect((await poll(deviceCode)).headers.get("retry-after")).toBe("15");
    await waited(16);
    expect((await poll(deviceCode)).body["code"]).toBe("authorization_pending");
  });

  test(verifies("auth.sso-device", "that is denied ends with that error"), async () => {
    const { deviceCode, userCode, verificationUriComplete } = await begin();
    const browser = openBrowser();
    const page = await look(browser, verificationUriComplete, userCode);
    expect((await browser.submit(page, { decision: "deny" })).text).toContain("was turned away");
    const told = await poll(deviceCode);
    expect([told.status, told.body["code"]]).toEqual([403, "access_denied"]);
  });

  test(verifies("auth.sso-device", "that nobody confirms in time expires, on its page too"), async () => {
    const { deviceCode, userCode, verificationUri } = await begin();
    await rows(world.edge.databaseUrl, "update device_login set expires_at = now() - interval '1 second'");
    expect((await poll(deviceCode)).body["code"]).toBe("expired_token");
    const page = await look(openBrowser(), verificationUri, userCode);
    expect([page.status, page.text.includes("No device waits with this code")]).toEqual([400, true]);
    // The next one makes room.
    await begin();
    const [left] = await rows(
      world.edge.databaseUrl,
      "select count(*)::int as n from device_login where expires_at < now()",
    );
    expect(left?.["n"]).toBe(0);
  });

  test.each(["", "garbage", mintToken("mcpctl_dc_"), mintToken()])("that never was has expired: %s", async (code) => {
    const told = await poll(code);
    expect(told.status).toBe(400);
    if (code) expect(told.body["code"]).toBe("expired_token");
  });

  test("fails when the user who confirmed it is deleted", async () => {
    world.provider.accounts.set("ida", { email: "ida@example.com", email_verified: true });
    const device = await begin();
    const browser = openBrowser();
    const start = await browser.open(`${world.edge.url}/api/v1/auth/oidc/device?code=${device.userCode}`);
    const at = await logInAt(browser, start, world.provider.issuer, "ida");
    const page = await browser.submit(at, { decision: "look" });
    await browser.submit(page, { decision: "allow" });
    expect((await world.admin.call("DELETE", "/api/v1/users/ida")).status).toBeLessThan(300);
    expect((await poll(device.deviceCode)).body["code"]).toBe("expired_token");
    expect((await browser.open(`${world.edge.url}/device/confirm`)).status).toBe(400);
  });
});

describe("somebody who confirms a device", () => {
  test("must have logged in first, in this browser", async () => {
    const { userCode } = await begin();
    const page = await openBrowser().open(`${world.edge.url}/device/confirm`);
    expect(page.status).toBe(400);
    expect(page.text).not.toContain("<form");
    const answer = await fetch(`${world.edge.url}/api/v1/auth/device/confirm`, {
      method: "POST",
      body: new URLSearchParams({ code: userCode, decision: "allow" }),
    });
    expect(answer.status).toBe(400);
  });

  test("can't be made to do so by another site's form", async () => {
    const { deviceCode, userCode, verificationUri } = await begin();
    const browser = openBrowser();
    const page = await look(browser, verificationUri, userCode);
    for (const csrf of ["", "x".repeat(43)]) {
      const forged = await browser.submit(page, { decision: "allow", csrf });
      expect([forged.status, forged.text.includes("not from this login")]).toEqual([400, true]);
    }
    expect((await poll(deviceCode)).body["code"]).toBe("authorization_pending");
  });

  test("can't try codes without end", async () => {
    const { userCode, verificationUri } = await begin();
    const browser = openBrowser();
    const page = await look(browser, verificationUri, "BBBB-BBBB");
    const tries = [];
    for (let i = 0; i < 12; i++)
      tries.push((await browser.submit(page, { code: "CCCC-CCCC", decision: "look" })).status);
    expect(new Set(tries)).toEqual(new Set([400, 429]));
    expect((await browser.submit(page, { code: userCode, decision: "allow" })).status).toBe(429);
  });

  test(verifies("auth.sso-pages", "sees pages without scripts, frames and other people's HTML"), async () => {
    const { verificationUriComplete, userCode } = await begin();
    world.provider.accounts.set("eve", { email: "eve@example.com", email_verified: true });
    const browser = openBrowser();
    const start = await browser.open(`${verificationUriComplete}&x=<script>`);
    const form = await browser.open(`${world.edge.url}/api/v1/auth/oidc/device?code=${userCode}<img>`);
    const code = await logInAt(browser, form, world.provider.issuer, "eve");
    const confirm = await browser.submit(code, { code: userCode, decision: "look" });
    const error = await browser.open(`${world.edge.url}/api/v1/auth/oidc/callback?state=<script>`);
    const done = await browser.open(`${world.edge.url}/login/done`);
    expect(start.text).toContain("Ida&#39;s &lt;b&gt;&quot;Id&quot;&lt;/b&gt; &amp; Co");
    expect(confirm.text).toContain("mcpctl/9.9 &lt;script&gt;alert(1)&lt;/script&gt;");
    for (const page of [start, code, confirm, error, done]) {
      expect(page.text, page.url).not.toMatch(/<script|<img|\son\w+=|javascript:|https?:\/\/(?!127)/i);
      expect(page.text).toMatch(/^<!doctype html>\n<html lang="en">/);
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(page.headers.get("x-frame-options")).toBe("DENY");
      expect(page.headers.get("referrer-policy")).toBe("no-referrer");
      expect(page.headers.get("cache-control")).toBe("no-store");
    }
  });
});

test("logins of devices from one address are limited", async () => {
  const headers = { "cf-connecting-ip": "203.0.113.77" };
  const answers = [];
  for (let i = 0; i < 40; i++) answers.push(await world.send("POST", "/api/v1/auth/device", { headers }));
  const limited = answers.filter((a) => a.status === 429);
  expect(limited.length).toBeGreaterThan(0);
  expect(Number(limited[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("logins that come back without a code are limited", async () => {
  const browser = openBrowser({ "cf-connecting-ip": "203.0.113.78" });
  const statuses = new Set<number>();
  for (let i = 0; i < 40; i++) statuses.add((await browser.open(`${world.edge.url}/api/v1/auth/oidc/callback`)).status);
  expect(statuses).toEqual(new Set([400, 429]));
});

test("a device's page says that the store is away, and the same login can be tried again", async () => {
  const browser = openBrowser();
  const form = await browser.open(`${world.edge.url}/api/v1/auth/oidc/device`);
  await world.edge.stopStore();
  const page = await logInAt(browser, form, world.provider.issuer, "ada");
  expect(page.status).toBe(503);
  expect(page.text).toContain("The store can&#39;t be reached");
  await until("the edge still answers", async () => (await world.send("GET", "/api/v1/auth/methods")).status === 200);
});
