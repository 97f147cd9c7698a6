import { createSign, generateKeyPairSync } from "node:crypto";
import { type JSONWebKeySet, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { checked, type Keys, SKEW_SECONDS, verifyIdToken } from "./id-token.ts";

const provider = { issuer: "https://id.example.com", clientId: "edge" };
const expected = { provider, nonce: "n" };
const now = 1_700_000_000_000;
const seconds = now / 1000;
const good = { iss: provider.issuer, aud: "edge", sub: "1", nonce: "n", iat: seconds, exp: seconds + 60 };

const [one, two] = [
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
];
const jwk = (pair: typeof one, kid?: string) => ({
  ...pair.publicKey.export({ format: "jwk" }),
  alg: "ES256",
  ...(kid ? { kid } : {}),
});
const sign = (pair: typeof one, kid?: string, claims: object = good) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256", ...(kid ? { kid } : {}) }).sign(pair.privateKey);
const set = (...keys: object[]) => ({ keys }) as unknown as JSONWebKeySet;
const never = async (): Promise<JSONWebKeySet> => {
  throw new Error("was asked again");
};
const keysOf = (held: JSONWebKeySet, newer: Keys["newer"] = never): Keys => ({ held: async () => held, newer });

describe("keys", () => {
  test("that are held do", async () => {
    expect(await verifyIdToken(await sign(one, "a"), expected, keysOf(set(jwk(one, "a"))), now)).toMatchObject({
      sub: "1",
    });
  });

  test("are asked for again where none fits, by its name or by the signature", async () => {
    for (const held of [set(jwk(two, "b")), set(jwk(two, "a")), set()])
      expect(
        await verifyIdToken(
          await sign(one, "a"),
          expected,
          keysOf(held, async () => set(jwk(one, "a"))),
          now,
        ),
      ).toMatchObject({ sub: "1" });
  });

  test("are not asked for again for anything else", async () => {
    const expired = await sign(one, "a", { ...good, exp: seconds - 100 });
    await expect(verifyIdToken(expired, expected, keysOf(set(jwk(one, "a"))), now)).rejects.toThrow("has expired");
  });

  test("that are not asked for again so soon refuse, and say when to try", async () => {
    const keys = keysOf(set(), async () => undefined);
    await expect(verifyIdToken(await sign(one, "a"), expected, keys, now)).rejects.toThrow("does not publish");
  });

  test("that are broken or too short are named, and asked for again", async () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const short = { ...weak.publicKey.export({ format: "jwk" }), kid: "a" };
    const head = [{ alg: "RS256", kid: "a" }, good].map((o) => Buffer.from(JSON.stringify(o)).toString("base64url"));
    const token = `${head.join(".")}.${createSign("sha256").update(head.join(".")).sign(weak.privateKey, "base64url")}`;
    for (const key of [short, { kty: "RSA", kid: "a" }, { kty: "RSA", kid: "a", n: "!", e: "AQAB" }])
      await expect(
        verifyIdToken(
          token,
          expected,
          keysOf(set(key), async () => set(key)),
          now,
        ),
      ).rejects.toMatchObject({
        code: "credential_refused",
        message: expect.stringContaining("broken or too short"),
      });
    const mended = keysOf(set({ kty: "EC", crv: "P-256", kid: "a" }), async () => set(jwk(one, "a")));
    expect(await verifyIdToken(await sign(one, "a"), expected, mended, now)).toMatchObject({ sub: "1" });
  });

  test("that can't be used keep none beside them from being tried", async () => {
    const broken = { kty: "EC", crv: "P-256", x: "AA", y: "AA" };
    const keys = keysOf(set(broken, jwk(two), { kty: "weird" }, jwk(one)));
    expect(await verifyIdToken(await sign(one), expected, keys, now)).toMatchObject({ sub: "1" });
  });

  test("without names are tried one after the other", async () => {
    const keys = keysOf(set(jwk(two), jwk(one)));
    expect(await verifyIdToken(await sign(one), expected, keys, now)).toMatchObject({ sub: "1" });
    const strangers = keysOf(set(jwk(two), jwk(two)), async () => set(jwk(two), jwk(two)));
    await expect(verifyIdToken(await sign(one), expected, strangers, now)).rejects.toThrow("no key that the provider");
  });

  test("that are secrets are none", async () => {
    const secret = new Uint8Array(32).fill(7);
    const token = await new SignJWT(good).setProtectedHeader({ alg: "HS256" }).sign(secret);
    const oct = { kty: "oct", k: Buffer.from(secret).toString("base64url"), alg: "HS256" };
    await expect(verifyIdToken(token, expected, keysOf(set(oct)), now)).rejects.toThrow("not accepted");
  });
});

describe("claims", () => {
  test.each([
    [{ ...good, aud: ["edge", "api"], azp: "edge" }],
    [{ ...good, aud: ["edge"] }],
    [{ ...good, azp: "edge" }],
    [{ ...good, iat: seconds + SKEW_SECONDS }],
  ])("that are right: %j", (claims) => {
    expect(checked(claims, expected, now)).toBe(claims);
  });

  test.each([
    [{ ...good, aud: ["edge", "api"] }, "names no client"],
    [{ ...good, azp: "api" }, "another client"],
    [{ ...good, nonce: undefined }, "another login"],
    [{ ...good, nonce: "m" }, "another login"],
    [{ ...good, iat: seconds + SKEW_SECONDS + 1 }, "in the future"],
    [{ ...good, sub: "" }, "names nobody"],
    [{ ...good, sub: "x".repeat(256) }, "names nobody"],
  ])("that are not: %j", (claims, words) => {
    expect(() => checked(claims as never, expected, now)).toThrow(words);
  });

  test("that must be there are", async () => {
    const { exp: _, ...endless } = good;
    const token = await sign(one, "a", endless);
    await expect(verifyIdToken(token, expected, keysOf(set(jwk(one, "a"))), now)).rejects.toThrow("exp is missing");
  });

  test("of a token that is larger than any are not looked at", async () => {
    await expect(verifyIdToken("x".repeat(70_000), expected, keysOf(set(), never), now)).rejects.toThrow("larger");
  });
});
