import { generateKeyPairSync } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import type { Settings } from "../settings.ts";
import { ACCESS_SECONDS, assertSigns, publicJwk, signSession, verifySession } from "./session-token.ts";

const newKey = (kid: string): Settings["signingKey"] => ({
  ...(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }) as { kty: string }),
  kid,
});
const key = newKey("k1");
const claims = { userId: "u1", sessionId: "s1" };
const now = Date.parse("2026-11-23T12:00:00Z");

describe("an access token", () => {
  test("says whose session it is, and until when", async () => {
    const { accessToken, expiresAt } = await signSession(key, claims, now);
    expect(expiresAt).toBe("2026-11-23T12:10:00.000Z");
    expect(await verifySession(key, accessToken, now)).toEqual({ ...claims, expiresAt: Date.parse(expiresAt) });
  });

  test("lives at most 15 minutes", async () => {
    expect(ACCESS_SECONDS).toBeLessThanOrEqual(900);
    const { accessToken } = await signSession(key, claims, now);
    expect(await verifySession(key, accessToken, now + ACCESS_SECONDS * 1000 - 1000)).toBeDefined();
    expect(await verifySession(key, accessToken, now + ACCESS_SECONDS * 1000)).toBeUndefined();
  });

  test("of another key is refused, whatever kid it claims", async () => {
    const { accessToken } = await signSession(newKey("k1"), claims, now);
    expect(await verifySession(key, accessToken, now)).toBeUndefined();
    const renamed = await signSession({ ...key, kid: "k2" }, claims, now);
    expect(await verifySession(key, renamed.accessToken, now)).toBeUndefined();
  });

  test.each([
    ["another audience", { aud: "elsewhere" }],
    ["another issuer", { iss: "elsewhere" }],
    ["no session", { sid: undefined }],
    ["no end", { exp: undefined }],
    ["an end beyond what we give", { exp: now / 1000 + 86_400, iat: now / 1000 - 3_600 }],
  ])("for %s is refused", async (_, other) => {
    const payload = { iss: "mcpctl", aud: "mcpctl-edge", sub: "u1", sid: "s1", iat: now / 1000, exp: now / 1000 + 60 };
    const sign = async (p: Record<string, unknown>) =>
      new SignJWT(p)
        .setProtectedHeader({ alg: "EdDSA", kid: "k1", typ: "at+jwt" })
        .sign(await importJWK(key as JWK, "EdDSA"));
    expect(await verifySession(key, await sign(payload), now)).toBeDefined();
    expect(await verifySession(key, await sign({ ...payload, ...other }), now)).toBeUndefined();
  });

  test("without a signature is refused", async () => {
    const { accessToken } = await signSession(key, claims, now);
    const [, payload] = accessToken.split(".");
    const none = Buffer.from('{"alg":"none","kid":"k1","typ":"at+jwt"}').toString("base64url");
    expect(await verifySession(key, `${none}.${payload}.`, now)).toBeUndefined();
    expect(await verifySession(key, "a.b.c", now)).toBeUndefined();
  });
});

test("a key that can't sign, or whose halves do not belong together, is found before anybody logs in", async () => {
  await assertSigns(key);
  const { d: _, ...publicHalf } = key;
  await expect(assertSigns({ ...publicHalf, kty: "OKP", kid: "k1" })).rejects.toThrow();
  await expect(assertSigns({ ...key, x: newKey("k1")["x"] })).rejects.toThrow();
});

test("the published key holds nothing private", () => {
  expect(Object.keys(publicJwk(key)).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
});
