import { describe, expect, test } from "vitest";
import { readOidc } from "./settings.ts";

const good = { issuer: "https://id.example.com/", clientId: "mcpctl" };
const read = (value: unknown, secret?: string) => readOidc(JSON.stringify(value), secret);
const faultsOf = (value: unknown) => {
  const oidc = read(value);
  return oidc.is === "wrong" ? oidc.faults.join(" ") : oidc.is;
};

describe("the variable OIDC", () => {
  test("is off where it is empty", () => {
    expect(readOidc("", undefined)).toEqual({ is: "off" });
    expect(readOidc("  ", "left over")).toEqual({ is: "off" });
  });

  test("needs an issuer and a client, and has a value for all else", () => {
    expect(read(good, "s3cret")).toEqual({
      is: "on",
      provider: {
        issuer: "https://id.example.com/",
        clientId: "mcpctl",
        clientSecret: "s3cret",
        name: "id.example.com",
        scopes: ["openid", "email", "profile"],
        emailVerifiedClaim: "email_verified",
        groupsClaim: undefined,
        groups: new Map(),
        domains: undefined,
        createUsers: false,
        passwords: true,
        publicUrl: undefined,
      },
    });
  });

  test("always asks for openid, once", () => {
    const oidc = read({ ...good, scopes: ["openid", "groups", "email"] });
    expect(oidc.is === "on" && oidc.provider.scopes).toEqual(["openid", "groups", "email"]);
  });

  test("takes a provider without a certificate on this machine", () => {
    for (const issuer of ["http://127.0.0.1:9000", "http://localhost:9000/realms/x", "http://[::1]:9000"])
      expect(read({ ...good, issuer }).is).toBe("on");
  });

  test.each([
    [{ ...good, issuer: "http://id.example.com" }, "OIDC.issuer: must be an https URL"],
    [{ ...good, issuer: "http://127.0.0.1.example.com" }, "OIDC.issuer: must be an https URL"],
    [{ ...good, issuer: "ftp://127.0.0.1" }, "OIDC.issuer: must be an https URL"],
    [{ ...good, issuer: "id.example.com" }, "OIDC.issuer: is not a URL"],
    [{ ...good, issuer: "https://u:p@id.example.com" }, "OIDC.issuer: must have no query, fragment or user name"],
    [{ issuer: good.issuer }, "OIDC.clientId"],
    [{ ...good, domains: ["@example.com"] }, "OIDC.domains.0: is not a domain"],
    [{ ...good, domains: [] }, "OIDC.domains: must not be empty"],
    [{ ...good, groupsClaim: "groups", groups: { dev: "Dev Team" } }, "OIDC.groups.dev: must be lower-case"],
    [{ ...good, groups: { dev: "dev" } }, "OIDC.groupsClaim: is missing"],
    [{ ...good, scopes: ["a b"] }, "OIDC.scopes.0: is not a scope"],
    [{ ...good, clientID: "x" }, "clientID"],
    [[], "OIDC: "],
    ["x", "OIDC: "],
    [null, "OIDC: "],
  ])("%j is refused by its path", (value, words) => {
    expect(faultsOf(value)).toContain(words);
  });

  test("that is no JSON or holds the secret is refused without repeating it", () => {
    expect(readOidc("{issuer: s3cret", undefined)).toEqual({ is: "wrong", faults: ["OIDC is not JSON."] });
    const faults = faultsOf({ ...good, clientSecret: "s3cret" });
    expect(faults).toContain("OIDC_CLIENT_SECRET");
    expect(faults).not.toContain("s3cret");
  });
});
