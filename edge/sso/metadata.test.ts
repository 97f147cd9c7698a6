import * as oauth from "oauth4webapi";
import { describe, expect, test } from "vitest";
import { asking } from "./ask.ts";
import { authentications } from "./client.ts";
import { discover, readDescription } from "./metadata.ts";

const issuer = "https://id.example.com/realms/x";
const said = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};

/** A provider that answers so, and where it was asked. */
function provider(status: number, json: unknown) {
  const asked: string[] = [];
  const ask = async (url: string) => {
    asked.push(url);
    return Response.json(json, { status });
  };
  return { asked, asking: { ...asking("its description"), [oauth.customFetch]: ask } };
}

test.each([
  [issuer, `${issuer}/.well-known/openid-configuration`],
  ["https://x.auth0.com/", "https://x.auth0.com/.well-known/openid-configuration"],
  ["https://x.auth0.com", "https://x.auth0.com/.well-known/openid-configuration"],
  [`${issuer}/`, `${issuer}/.well-known/openid-configuration`],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080/.well-known/openid-configuration"],
])("the description of %s is asked for where the standard has it", async (of, at) => {
  const there = provider(200, { ...said, issuer: of });
  expect(await discover(of, there.asking)).toMatchObject({ issuer: of });
  expect(there.asked).toEqual([at]);
});

test.each([
  [issuer, 404, said, "provider_failed", "answered 404"],
  [issuer, 200, { ...said, issuer: `${issuer}/` }, "misconfigured", `calls itself ${issuer}/`],
  [
    "https://x.auth0.com",
    200,
    { issuer: "https://x.auth0.com/" },
    "misconfigured",
    "calls itself https://x.auth0.com/",
  ],
  [
    "https://x.auth0.com/",
    200,
    { issuer: "https://x.auth0.com" },
    "misconfigured",
    "calls itself https://x.auth0.com.",
  ],
  [issuer, 200, { ...said, issuer: "https://evil.example" }, "misconfigured", "calls itself https://evil.example"],
  [issuer, 200, { ...said, issuer: "no URL" }, "provider_failed", "is no provider's description"],
  [issuer, 200, { ...said, issuer: 7 }, "provider_failed", "is no provider's description"],
  [issuer, 200, {}, "provider_failed", "is no provider's description"],
  [issuer, 200, [], "provider_failed", "is no provider's description"],
  [issuer, 200, null, "provider_failed", "is no provider's description"],
])("of %s, %i with %j is refused", async (of, status, json, code, words) => {
  await expect(discover(of, provider(status, json).asking)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  });
});

describe("a description", () => {
  test("may lack what may be missing, and what is said of it in a wrong form counts as missing", () => {
    const read = readDescription({ issuer }, { ...said, userinfo_endpoint: 7 } as never);
    expect(read).toMatchObject({ ...said, authorization_response_iss_parameter_supported: false });
    expect(Object.hasOwn(read, "userinfo_endpoint")).toBe(false);
    const more = { userinfo_endpoint: `${issuer}/me`, authorization_response_iss_parameter_supported: true };
    expect(readDescription({ issuer }, { ...said, ...more })).toMatchObject(more);
    const wrong = { ...said, authorization_response_iss_parameter_supported: "yes" } as never;
    expect(readDescription({ issuer }, wrong).authorization_response_iss_parameter_supported).toBe(false);
  });

  test("does not decide how tokens may be signed", () => {
    const read = readDescription({ issuer }, { ...said, id_token_signing_alg_values_supported: ["HS256", "none"] });
    expect(read.id_token_signing_alg_values_supported).toContain("ES256");
    expect(read.id_token_signing_alg_values_supported).not.toContain("HS256");
  });

  test.each([
    [{ jwks_uri: "http://id.example.com/keys" }, "jwks_uri is not an https URL"],
    [{ token_endpoint: "ftp://id.example.com/x" }, "token_endpoint is not an https URL"],
    [{ authorization_endpoint: "x" }, "authorization_endpoint is not an https URL"],
    [{ token_endpoint: undefined }, "token_endpoint"],
  ])("with %j is refused", (change, words) => {
    expect(() => readDescription({ issuer }, { ...said, ...change } as never)).toThrow(words);
  });
});

test.each([
  [undefined, "header"],
  [["client_secret_basic", "client_secret_post"], "header"],
  [["client_secret_post"], "body"],
  [["private_key_jwt"], "header"],
  ["nonsense", "header"],
])("a secret is shown as the provider wants it: %j → %s", async (methods, secretIn) => {
  const as = readDescription({ issuer }, { ...said, token_endpoint_auth_methods_supported: methods } as never);
  const [first] = authentications(as, { clientId: "edge", clientSecret: "secret" });
  const [body, headers] = [new URLSearchParams(), new Headers()];
  await first(as, { client_id: "edge" }, body, headers);
  expect([body.get("client_secret"), headers.get("authorization")]).toEqual(
    secretIn === "body" ? ["secret", null] : [null, `Basic ${btoa("edge:secret")}`],
  );
});

test("a public client shows its name alone", async () => {
  const as = readDescription({ issuer }, said);
  const [first, second] = authentications(as, { clientId: "edge", clientSecret: undefined });
  const [body, headers] = [new URLSearchParams(), new Headers()];
  await first(as, { client_id: "edge" }, body, headers);
  expect([body.toString(), headers.has("authorization"), second]).toEqual(["client_id=edge", false, undefined]);
});
