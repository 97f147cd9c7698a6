import { describe, expect, test } from "vitest";
import { readReturn } from "./exchange.ts";
import { readDescription } from "./metadata.ts";
import { readOidc } from "./settings.ts";

const issuer = "https://id.example.com";
const oidc = readOidc(JSON.stringify({ issuer, clientId: "edge", name: "Id" }), undefined);
if (oidc.is !== "on") throw new Error(JSON.stringify(oidc));
const { provider } = oidc;

/** The provider names itself in its redirects (RFC 9207), or does not. */
const from = (namesItself: boolean) => ({
  provider,
  as: readDescription(provider, {
    ...{
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    },
    authorization_response_iss_parameter_supported: namesItself,
  }),
});
const iss = `iss=${encodeURIComponent(issuer)}`;

describe("what the provider sends a browser back with", () => {
  test.each([
    [false, "code=x&state=s"],
    [false, `code=x&state=s&${iss}`],
    [true, `code=x&state=s&${iss}`],
  ])("is taken from one that names itself (%s): %s", (names, query) => {
    expect(readReturn(from(names), new URLSearchParams(query), "s").get("code")).toBe("x");
  });

  test.each([
    [true, "code=x&state=s", "credential_refused", `The answer is not from ${issuer}`],
    [true, "error=access_denied&state=s", "credential_refused", "is not from"],
    [false, "code=x&state=s&iss=https%3A%2F%2Fevil.example", "credential_refused", "is not from"],
    [false, `code=x&state=s&${iss}%2F`, "credential_refused", "is not from"],
    [false, "error=access_denied&state=s&iss=https%3A%2F%2Fevil.example", "credential_refused", "is not from"],
    [false, `code=x&state=s&${iss}&iss=https%3A%2F%2Fevil.example`, "provider_failed", "what is no answer to a login"],
    [false, "code=x&code=y&state=s", "provider_failed", "what is no answer to a login"],
    [false, "code=x&state=s&state=t", "provider_failed", "what is no answer to a login"],
    [false, "response=x.y.z&state=s", "provider_failed", "what is no answer to a login"],
    [false, "code=x&state=s&id_token=x.y.z", "provider_failed", "what is no answer to a login"],
    [false, "state=s", "provider_failed", "neither a code nor an error"],
    [false, "code=&state=s", "provider_failed", "neither a code nor an error"],
    [false, "error=access_denied&state=s", "access_denied", "Id let nobody in: access_denied"],
    [false, "error=access_denied&error_description=not%00you&state=s", "access_denied", "Id let nobody in: not you"],
    [false, "error=server_error&error_description=away&state=s", "provider_failed", "Id refused: away"],
    [false, "error=server_error&code=x&state=s", "provider_failed", "Id refused: server_error"],
  ])("is refused from one that names itself (%s): %s", (names, query, code, words) => {
    let refused: unknown;
    try {
      readReturn(from(names), new URLSearchParams(query), "s");
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code, message: expect.stringMatching(words) });
  });
});
