import { describe, expect, test } from "vitest";
import { isIncomplete, readPerson, together } from "./claims.ts";
import { type Provider, readOidc } from "./settings.ts";

const providerWith = (more: object = {}): Provider => {
  const oidc = readOidc(JSON.stringify({ issuer: "https://id.example.com", clientId: "x", ...more }), undefined);
  if (oidc.is !== "on") throw new Error(JSON.stringify(oidc));
  return oidc.provider;
};
const groups = { engineers: "dev", "42": "docs", writers: "docs" };

describe("a person", () => {
  test("is read from claims, and what can't be a user's address or name is none", () => {
    const provider = providerWith();
    expect(readPerson({ sub: "1", email: "Ada@Example.com", email_verified: true, name: "Ada" }, provider)).toEqual({
      issuer: "https://id.example.com",
      subject: "1",
      email: "ada@example.com",
      emailVerified: true,
      displayName: "Ada",
      groups: [],
    });
    for (const email of [undefined, null, 7, "", "not an address", "a@b", ["ada@example.com"]])
      expect(readPerson({ sub: "1", email, email_verified: true, name: ["x"] }, provider)).toMatchObject({
        email: undefined,
        emailVerified: false,
        displayName: undefined,
      });
  });

  test.each([
    [true, true],
    ["true", true],
    [1, true],
    ["1", true],
    [false, false],
    ["false", false],
    ["yes", false],
    [undefined, false],
    [null, false],
    [{}, false],
    [[true], false],
  ])("whose address is said to be proven by %j: %s", (claim, proven) => {
    const claims = { sub: "1", email: "ada@example.com", email_verified: claim };
    expect(readPerson(claims, providerWith()).emailVerified).toBe(proven);
    const entra = { sub: "1", email: "ada@example.com", email_verified: true, xms_edov: claim };
    expect(readPerson(entra, providerWith({ emailVerifiedClaim: "xms_edov" })).emailVerified).toBe(proven);
  });
});

describe("groups", () => {
  test.each([
    [
      ["engineers", "writers"],
      ["dev", "docs"],
    ],
    [["42", "writers"], ["docs"]],
    ["engineers", ["dev"]],
    [["constructor", "__proto__", "toString", 42, null, {}], []],
    [{ engineers: true }, []],
    [undefined, []],
  ])("of %j are %j", (claim, mapped) => {
    const provider = providerWith({ groupsClaim: "groups", groups });
    expect(readPerson({ sub: "1", groups: claim }, provider).groups).toEqual(mapped);
  });

  test("are found by a name that is a URL, and by a path", () => {
    const url = providerWith({ groupsClaim: "https://example.com/groups", groups });
    expect(readPerson({ sub: "1", "https://example.com/groups": ["engineers"] }, url).groups).toEqual(["dev"]);
    const path = providerWith({ groupsClaim: "realm_access.roles", groups });
    expect(readPerson({ sub: "1", realm_access: { roles: ["engineers"] } }, path).groups).toEqual(["dev"]);
    expect(readPerson({ sub: "1", realm_access: "engineers" }, path).groups).toEqual([]);
  });

  test("that were left out are not taken for none", () => {
    const provider = providerWith({ groupsClaim: "groups", groups });
    expect(() => readPerson({ sub: "1", _claim_names: { groups: "src1" } }, provider)).toThrow("too many");
  });
});

test("userinfo is asked only where something is missing", () => {
  const whole = { email: "a@example.com", email_verified: false, groups: [] };
  expect(isIncomplete(whole, providerWith({ groupsClaim: "groups", groups }))).toBe(false);
  expect(isIncomplete({ ...whole, groups: undefined }, providerWith())).toBe(false);
  expect(isIncomplete({ ...whole, groups: undefined }, providerWith({ groupsClaim: "groups", groups }))).toBe(true);
  expect(isIncomplete({ ...whole, email: undefined }, providerWith())).toBe(true);
  expect(isIncomplete({ ...whole, email_verified: undefined }, providerWith())).toBe(true);
});

test.each([
  [{ email: "a@x", email_verified: true }, { email: "b@x", email_verified: false }, ["a@x", true]],
  [{ email: "a@x" }, { email: "b@x", email_verified: true }, ["b@x", true]],
  [{ email: "a@x" }, { email: "b@x" }, ["b@x", undefined]],
  [{ email_verified: true }, { email: "b@x" }, ["b@x", undefined]],
  [{ email: "a@x" }, { email_verified: true }, ["a@x", undefined]],
  [{}, { email: "b@x", email_verified: true }, ["b@x", true]],
])("what proves an address is said with it: %j and %j", (token, userinfo, [email, proven]) => {
  const all = together(
    { sub: "1", name: "T", ...token },
    { sub: "1", name: "U", groups: ["g"], ...userinfo },
    providerWith(),
  );
  expect(all).toMatchObject({ sub: "1", name: "T", groups: ["g"] });
  expect([all["email"], all["email_verified"]]).toEqual([email, proven]);
});
