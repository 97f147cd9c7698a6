/** What becomes of a login when the provider, or whoever stands between, does not do as it should. */
import type { ServerResponse } from "node:http";
import { decodeJwt, importJWK, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openBrowser } from "../fakes/browser.ts";
import { CLIENT, changed, type Twist } from "../fakes/openid-provider.ts";
import { verifies } from "../requirements.ts";
import { atTarget, startWorld, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld();
  world.provider.accounts.set("ada-1815", { email: "ada@example.com", email_verified: true });
});
afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.interfere = () => false;
  world.provider.twist = undefined;
});

describe("an ID token that is wrong", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const symmetric: Twist = (payload) =>
    new SignJWT(payload).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(CLIENT.secret.padEnd(32)));
  const unsigned: Twist = async (payload) =>
    `${[{ alg: "none" }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;

  test.each<[string, () => Twist, string]>([
    ["for another client", () => changed({ aud: "another" }), "not for the client mcpctl-edge"],
    ["for several, made for another", () => changed({ aud: [CLIENT.id, "x"], azp: "x" }), "made for another client"],
    ["for several, made for nobody", () => changed({ aud: [CLIENT.id, "x"] }), "names no client"],
    ["of another issuer", () => changed({ iss: "https://evil.example" }), "not from http://127.0.0.1"],
    ["that has expired", () => changed({ iat: now() - 900, exp: now() - 300 }), "has expired"],
    ["from the future", () => changed({ iat: now() + 600, exp: now() + 900 }), "was made in the future"],
    ["of another login", () => changed({ nonce: "another" }), "belongs to another login"],
    ["of nobody", () => changed({ sub: "" }), "names nobody"],
    ["signed with a shared secret", () => symmetric, "signed in a way that is not accepted"],
    ["that nobody signed", () => unsigned, "signed in a way that is not accepted"],
    ["that is garbage", () => async () => "garbage", "is malformed"],
    [
      "of another key",
      () => async (payload, _, token) => {
        const [head, , sign] = token.split(".");
        return [head, Buffer.from(JSON.stringify({ ...payload, sub: "x" })).toString("base64url"), sign].join(".");
      },
      "no key that the provider publishes has signed it",
    ],
  ])(verifies("auth.sso-token", "%s logs nobody in"), async (_, twist, words) => {
    world.provider.twist = twist();
    const refused = await world.refusal("ada-1815");
    expect(refused.words).toContain(words);
    expect(refused.error).toBe("credential_refused");
  });

  test("by a clock that differs a little is taken", async () => {
    world.provider.twist = changed({ iat: now() + 30, exp: now() + 300 });
    await world.logIn("ada-1815");
    world.provider.twist = changed({ iat: now() - 300, exp: now() - 30 });
    await world.logIn("ada-1815");
  });

  test("of an earlier login is refused for this one", async () => {
    let old = "";
    world.provider.twist = async (_, __, token) => {
      old = token;
      return token;
    };
    await world.logIn("ada-1815");
    world.provider.twist = async () => old;
    expect(decodeJwt(old).sub).toBe("ada-1815");
    expect((await world.refusal("ada-1815")).words).toContain("belongs to another login");
  });
});

describe("a provider in trouble", () => {
  test("that refuses the login is quoted", async () => {
    const browser = openBrowser();
    const form = await browser.open(world.program().url, atTarget);
    const [, abort = ""] = /href="([^"]*abort)"/.exec(form.text) ?? [];
    const page = await browser.open(new URL(abort, form.url).href, atTarget);
    const query = world.brought(page);
    expect(query.get("error")).toBe("access_denied");
    expect(query.get("error_description")).toContain("Test Id let nobody in");
  });

  test("that does not take its own code back is quoted", async () => {
    world.provider.interfere = (req, res) => {
      if (req.url !== "/token") return false;
      res.writeHead(400, { "content-type": "application/json" });
      res.end(JSON.stringify({ error: "invalid_grant", error_description: "code <b>gone</b>\u0000\ud800" }));
      return true;
    };
    const refused = await world.refusal("ada-1815");
    expect(refused.words).toContain("did not take its own code back: code <b>gone</b>");
  });

  test("that does not know this edge is told to whoever runs it", async () => {
    world.provider.interfere = (req, res) => {
      if (req.url !== "/token") return false;
      res.writeHead(401, { "content-type": "application/json" });
      res.end(JSON.stringify({ error: "invalid_client" }));
      return true;
    };
    expect(await world.refusal("ada-1815")).toMatchObject({
      error: "misconfigured",
      words: expect.stringContaining("OIDC_CLIENT_SECRET"),
    });
  });

  test.each<[string, (res: ServerResponse) => void, string]>([
    ["a web page", (res) => res.end("<!doctype html><h1>Maintenance</h1>"), "with a web page where its tokens"],
    ["nothing", (res) => res.end(), "with nothing where its tokens"],
    ["too much", (res) => res.end("x".repeat(400_000)), "larger than any"],
    ["a redirect", (res) => res.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), "sends elsewhere"],
    ["a hang-up", (res) => res.destroy(), "can't be reached"],
    ["{}", (res) => res.end("{}"), "without an ID token"],
  ])("that answers with %s logs nobody in", async (_, answer, words) => {
    world.provider.interfere = (req, res) => {
      if (req.url !== "/token") return false;
      answer(res);
      return true;
    };
    const refused = await world.refusal("ada-1815");
    expect(refused.words).toContain(words);
    expect(refused.error).toMatch(/^provider_/);
    world.provider.interfere = () => false;
    await world.logIn("ada-1815");
  });

  test("that does not decode the client's secret gets it undecoded", async () => {
    const right = [CLIENT.id, CLIENT.secret].map((s) => new URLSearchParams({ s }).toString().slice(2)).join(":");
    const plain = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
    world.provider.interfere = (req, res) => {
      if (req.url !== "/token") return false;
      if (req.headers.authorization === `Basic ${plain}`) {
        req.headers.authorization = `Basic ${Buffer.from(right).toString("base64")}`;
        return false;
      }
      res.writeHead(401, { "content-type": "application/json" });
      res.end(JSON.stringify({ error: "invalid_client" }));
      return true;
    };
    await world.logIn("ada-1815");
  });

  test("that publishes a broken key is named as the cause, and works again once it mends that", async () => {
    world.provider.rotate();
    world.provider.twist = async (payload, key) =>
      new SignJWT(payload).setProtectedHeader({ alg: "RS256" }).sign(await importJWK(key, "RS256"));
    world.provider.interfere = (req, res) => {
      if (req.url !== "/jwks") return false;
      res.end(JSON.stringify({ keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] }));
      return true;
    };
    expect(await world.refusal("ada-1815")).toMatchObject({
      error: "credential_refused",
      words: expect.stringContaining("broken or too short"),
    });
    world.provider.interfere = () => false;
    await world.logIn("ada-1815");
  });

  test("that is slow is waited for 8 s", async () => {
    world.provider.interfere = (req) => req.url === "/token";
    expect(await world.refusal("ada-1815")).toMatchObject({
      error: "provider_timeout",
      words: expect.stringContaining("within 8 seconds"),
    });
  });
});
