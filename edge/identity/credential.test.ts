import { describe, expect, test } from "vitest";
import { mintToken } from "#db/crypto/token";
import { credentialOf, hashCredential, shapeOf } from "./credential.ts";

describe("where a credential may stand", () => {
  test.each<[Record<string, string>, string | undefined]>([
    [{ authorization: "Bearer abc" }, "abc"],
    [{ authorization: "bearer abc" }, "abc"],
    [{ authorization: "Bearer  abc " }, "abc"],
    [{ "x-api-key": "abc" }, "abc"],
    [{ "api-key": "abc" }, "abc"],
    [{ authorization: "Bearer abc", "x-api-key": "other" }, "abc"],
    [{ authorization: "Basic abc" }, undefined],
    [{ authorization: "Bearer " }, undefined],
    [{ authorization: "Bearer" }, undefined],
    [{ authorization: "abc" }, undefined],
    [{ "x-api-key": " " }, undefined],
    [{}, undefined],
  ])("%j: %s", (headers, credential) => {
    expect(credentialOf(new Headers(headers))).toBe(credential);
  });
});

describe("shape", () => {
  test.each([
    [mintToken(), "opaque"],
    ["mcpctl_pat_short", "opaque"],
    [mintToken("mcpctl_rt_"), "garbage"],
    ["aa.bb.cc", "jwt"],
    ["aa.bb", "garbage"],
    [`a.${"b".repeat(5_000)}.c`, "garbage"],
    ["", "garbage"],
  ])("%s: %s", (credential, shape) => {
    expect(shapeOf(credential)).toBe(shape);
  });
});

test("a hash is SHA-256 in hexadecimal (FIPS 180-4's example)", () => {
  expect(hashCredential("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
