import { expect, test } from "vitest";
import { metadataUrl, readMetadata } from "./metadata.ts";

const issuer = "https://id.example.com/realms/x";
const said = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};

test("stands where the standard has it, with and without a slash at the issuer's end", () => {
  expect(metadataUrl({ issuer })).toBe(`${issuer}/.well-known/openid-configuration`);
  expect(metadataUrl({ issuer: "https://x.auth0.com/" })).toBe("https://x.auth0.com/.well-known/openid-configuration");
});

test.each([
  [undefined, "header"],
  [["client_secret_basic", "client_secret_post"], "header"],
  [["client_secret_post"], "body"],
  [["private_key_jwt"], "header"],
  ["nonsense", "header"],
])("a secret is shown as the provider wants it: %j → %s", (token_endpoint_auth_methods_supported, secretIn) => {
  expect(readMetadata({ issuer }, 200, { ...said, token_endpoint_auth_methods_supported }).secretIn).toBe(secretIn);
});

test("what may be missing may be missing", () => {
  expect(readMetadata({ issuer }, 200, { ...said, userinfo_endpoint: 7 })).toEqual({
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    jwksUri: `${issuer}/keys`,
    userinfoEndpoint: undefined,
    secretIn: "header",
    namesItself: false,
  });
  const more = { userinfo_endpoint: `${issuer}/me`, authorization_response_iss_parameter_supported: true };
  expect(readMetadata({ issuer }, 200, { ...said, ...more })).toMatchObject({
    userinfoEndpoint: `${issuer}/me`,
    namesItself: true,
  });
});

test.each([
  [404, said, "answered 404"],
  [200, { ...said, issuer: `${issuer}/` }, `calls itself ${issuer}/`],
  [200, { ...said, jwks_uri: "http://id.example.com/keys" }, "jwks_uri is not an https URL"],
  [200, { ...said, token_endpoint: undefined }, "token_endpoint"],
  [200, [], "is no provider's description"],
])("%i with %j is refused", (status, json, words) => {
  expect(() => readMetadata({ issuer }, status, json)).toThrow(words);
});
