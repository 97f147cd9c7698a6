import { describe, expect, test } from "vitest";
import { newPods } from "../../tests/identity/pods.ts";
import { claimOf, verifyAccount } from "./account-token.ts";

const issuer = "https://kubernetes.default.svc";
const trust = { issuer, audiences: ["mcpctl", "other"] };
const now = () => Date.now();

describe("whom a token names", () => {
  test("is read before anything of it is believed", async () => {
    const pods = await newPods(issuer, "k7");
    expect(claimOf(await pods.tokenOf("ci/app"))).toEqual({ issuer, keyId: "k7" });
  });

  test("is nobody where it is no text, or no token", () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const iss of [1, null, {}, ["x"], true, undefined])
      expect(claimOf(`${part({ alg: "RS256" })}.${part({ iss })}.x`), String(iss)).toBeUndefined();
    for (const kid of [1, {}, null])
      expect(claimOf(`${part({ alg: "RS256", kid })}.${part({ iss: "i" })}.x`)).toBeUndefined();
    for (const text of ["", "a.b.c", "..", `${part([])}.${part("x")}.x`, `x.${part({ iss: "i" })}.x`])
      expect(claimOf(text), text).toBeUndefined();
  });
});

describe("a token of the cluster", () => {
  test("is good for any of its audiences, until it ends", async () => {
    const pods = await newPods(issuer);
    for (const audience of ["mcpctl", ["x", "other"]]) {
      const token = await pods.tokenOf("ci/app", { audience });
      const verified = await verifyAccount(token, trust, pods.jwks, now());
      expect(verified).toMatchObject({ name: "ci/app" });
      expect(await verifyAccount(token, trust, pods.jwks, (verified?.expiresAt ?? 0) - 1)).toBeDefined();
      expect(await verifyAccount(token, trust, pods.jwks, verified?.expiresAt ?? 0)).toBeUndefined();
    }
  });

  test("is found among several keys by the one that it names", async () => {
    const [a, b] = [await newPods(issuer, "a"), await newPods(issuer, "b")];
    const keys = { keys: [...a.jwks.keys, ...b.jwks.keys] };
    expect(await verifyAccount(await b.tokenOf("ci/app"), trust, keys, now())).toMatchObject({ name: "ci/app" });
    expect(await verifyAccount(await b.tokenOf("ci/app", { keyId: "a" }), trust, keys, now())).toBeUndefined();
  });
});
