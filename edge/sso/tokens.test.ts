import { createSign, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import type { JWKS } from "oauth4webapi";
import { describe, expect, test } from "vitest";
import { SKEW_SECONDS } from "./client.ts";
import { readDescription } from "./metadata.ts";
import type { Keys } from "./signature.ts";
import { readTokens } from "./tokens.ts";

const provider = { issuer: "https://id.example.com", clientId: "edge", name: "Id" };
const at = (path: string) => `${provider.issuer}/${path}`;
const as = readDescription(provider, {
  issuer: provider.issuer,
  authorization_endpoint: at("auth"),
  token_endpoint: at("token"),
  jwks_uri: at("keys"),
});
const seconds = () => Math.floor(Date.now() / 1000);
const good = () => ({ iss: provider.issuer, aud: "edge", sub: "1", nonce: "n", iat: seconds(), exp: seconds() + 60 });

const [one, two] = [
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
];
const jwk = (pair: typeof one, kid?: string) => ({
  ...pair.publicKey.export({ format: "jwk" }),
  alg: "ES256",
  ...(kid ? { kid } : {}),
});
const sign = (pair: typeof one, kid?: string, claims: object = good()) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256", ...(kid ? { kid } : {}) }).sign(pair.privateKey);
const set = (...keys: object[]): JWKS => ({ keys });
const never = async (): Promise<JWKS> => {
  throw new Error("was asked again");
};
const keysOf = (held: JWKS, newer: Keys["newer"] = never): Keys => ({ held: async () => held, newer });

const answering = (token: unknown, more: object = {}) =>
  Response.json({ id_token: token, access_token: "a", token_type: "Bearer", ...more });
const read = async (token: string | Promise<string>, keys: Keys) =>
  (await readTokens({ provider, as }, answering(await token), "n", keys)).claims;
const known = keysOf(set(jwk(one, "a")));

describe("keys", () => {
  test("that are held do", async () => {
    expect(await read(sign(one, "a"), known)).toMatchObject({ sub: "1" });
  });

  test("are asked for again where none fits, by its name or by the signature", async () => {
    for (const held of [set(jwk(two, "b")), set(jwk(two, "a")), set()]) {
      const keys = keysOf(held, async () => set(jwk(one, "a")));
      expect(await read(sign(one, "a"), keys)).toMatchObject({ sub: "1" });
    }
  });

  test("are not asked for again for anything else", async () => {
    const expired = sign(one, "a", { ...good(), exp: seconds() - 100 });
    await expect(read(expired, keysOf(set()))).rejects.toThrow("has expired");
    const cut = (await sign(one, "a")).replace(/\.[\w-]+$/, ".%%%");
    await expect(read(cut, keysOf(set(jwk(one, "a"))))).rejects.toThrow("is malformed");
  });

  test("that are not asked for again so soon refuse, and say when to try", async () => {
    const keys = keysOf(set(), async () => undefined);
    await expect(read(sign(one, "a"), keys)).rejects.toThrow("does not publish");
  });

  test("that are broken or too short are named, and asked for again", async () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const short = { ...weak.publicKey.export({ format: "jwk" }), kid: "a" };
    const head = [{ alg: "RS256", kid: "a" }, good()].map((o) => Buffer.from(JSON.stringify(o)).toString("base64url"));
    const token = `${head.join(".")}.${createSign("sha256").update(head.join(".")).sign(weak.privateKey, "base64url")}`;
    for (const key of [short, { kty: "RSA", kid: "a" }, { kty: "RSA", kid: "a", n: "!", e: "AQAB" }]) {
      const keys = keysOf(set(key), async () => set(key));
      await expect(read(token, keys)).rejects.toMatchObject({
        code: "credential_refused",
        message: expect.stringContaining("broken or too short"),
      });
    }
    const mended = keysOf(set({ kty: "EC", crv: "P-256", kid: "a" }), async () => set(jwk(one, "a")));
    expect(await read(sign(one, "a"), mended)).toMatchObject({ sub: "1" });
  });

  test("that can't be used keep none beside them from being tried", async () => {
    const broken = { kty: "EC", crv: "P-256", x: "AA", y: "AA" };
    const keys = keysOf(set(broken, jwk(two), { kty: "weird" }, jwk(one)));
    expect(await read(sign(one), keys)).toMatchObject({ sub: "1" });
  });

  test("without names are tried one after the other", async () => {
    expect(await read(sign(one), keysOf(set(jwk(two), jwk(one))))).toMatchObject({ sub: "1" });
    const strangers = keysOf(set(jwk(two), jwk(two)), async () => set(jwk(two), jwk(two)));
    await expect(read(sign(one), strangers)).rejects.toThrow("no key that the provider");
  });

  test("that are secrets are none", async () => {
    const secret = new Uint8Array(32).fill(7);
    const token = new SignJWT(good()).setProtectedHeader({ alg: "HS256" }).sign(secret);
    const oct = { kty: "oct", k: Buffer.from(secret).toString("base64url"), alg: "HS256" };
    await expect(read(token, keysOf(set(oct)))).rejects.toThrow("not accepted");
  });
});

describe("claims", () => {
  test.each<[string, () => object]>([
    ["for several, with this client", () => ({ aud: ["edge", "api"], azp: "edge" })],
    ["for one, in a list", () => ({ aud: ["edge"] })],
    ["with this client", () => ({ azp: "edge" })],
    ["of a clock that is a little ahead", () => ({ iat: seconds() + SKEW_SECONDS - 2 })],
    ["of a clock that is a little behind", () => ({ exp: seconds() - SKEW_SECONDS + 10 })],
  ])("that are right: %s", async (_, change) => {
    expect(await read(sign(one, "a", { ...good(), ...change() }), known)).toMatchObject({ sub: "1" });
  });

  test.each<[string, () => object, string]>([
    ["for several", () => ({ aud: ["edge", "api"] }), "names no client"],
    ["for others", () => ({ aud: ["api"] }), "not for the client edge"],
    ["for another", () => ({ aud: "api" }), "not for the client edge"],
    ["of another issuer", () => ({ iss: "https://id.example.com/" }), "not from https://id.example.com"],
    ["made for another client", () => ({ azp: "api" }), "another client"],
    ["for several, made for another client", () => ({ aud: ["edge", "api"], azp: "api" }), "another client"],
    ["of no login", () => ({ nonce: undefined }), "another login"],
    ["of another login", () => ({ nonce: "m" }), "another login"],
    ["of the future", () => ({ iat: seconds() + SKEW_SECONDS + 9 }), "in the future"],
    ["of no time", () => ({ iat: 1e300 }), "in the future"],
    ["of later", () => ({ nbf: seconds() + SKEW_SECONDS + 9 }), "is not valid yet"],
    ["of nobody", () => ({ sub: "" }), "names nobody"],
    ["of no text", () => ({ sub: 7 }), "names nobody"],
    ["of too much", () => ({ sub: "x".repeat(256) }), "names nobody"],
    ["without an end", () => ({ exp: undefined }), "exp is missing"],
    ["with an end that is no number", () => ({ exp: "soon" }), "exp is missing or not right"],
    ["without a beginning", () => ({ iat: undefined }), "iat is missing"],
  ])("that are not: %s", async (_, change, words) => {
    await expect(read(sign(one, "a", { ...good(), ...change() }), known)).rejects.toMatchObject({
      code: "credential_refused",
      message: expect.stringContaining(words),
    });
  });

  test.each(["garbage", "a.b.c", "e30.e30.", "e30.W10.x", "x.y", ""])("of %j can't be read", async (token) => {
    await expect(read(token, known)).rejects.toMatchObject({
      code: expect.stringMatching(/^(credential_refused|provider_failed)$/),
    });
  });

  test("of a token that is encrypted, or has conditions of its own, are not accepted", async () => {
    await expect(read("a.b.c.d.e", known)).rejects.toThrow("not accepted");
    const critical = new SignJWT(good()).setProtectedHeader({ alg: "ES256", crit: ["b64"], b64: true });
    await expect(read(critical.sign(one.privateKey), known)).rejects.toThrow("not accepted");
  });

  test("of a token that is larger than any are not believed", async () => {
    const huge = sign(one, "a", { ...good(), more: "x".repeat(70_000) });
    await expect(read(huge, keysOf(set()))).rejects.toThrow("larger");
  });
});

describe("an answer", () => {
  const given = (answer: Response) => readTokens({ provider, as }, answer, "n", known);

  test.each([
    [400, { error: "invalid_grant", error_description: "gone\u0000" }, "provider_failed", "its own code back: gone"],
    [400, { error: "invalid_grant", error_description: 7 }, "provider_failed", "its own code back: invalid_grant"],
    [500, { error: "server_error", error_description: "away" }, "provider_failed", "its own code back: away"],
    [200, { error: "bad_verification_code" }, "provider_failed", "its own code back: bad_verification_code"],
    [401, { error: "invalid_client" }, "misconfigured", "does not accept this edge as its client"],
    [400, { error: "unauthorized_client" }, "misconfigured", "does not accept this edge as its client"],
    [200, {}, "provider_failed", "answered 200 without an ID token"],
    [200, [], "provider_failed", "answered 200 without an ID token"],
    [200, { access_token: "a", token_type: "bearer", id_token: 7 }, "provider_failed", "without an ID token"],
    [200, { id_token: "x.y.z" }, "provider_failed", "without an access token"],
    [503, {}, "provider_failed", "answered 503 without an ID token"],
  ])("of %i with %j is told", async (status, json, code, words) => {
    await expect(given(Response.json(json, { status }))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });
});
