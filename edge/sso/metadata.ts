/** What a provider says about itself (OpenID Connect Discovery 1.0). */
import * as oauth from "oauth4webapi";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { faultOf } from "./fault.ts";
import { isTrustworthy, type Provider } from "./settings.ts";

/** Asymmetric ones only: with a shared secret, whoever knows it could make tokens; `none` is nobody's. */
export const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** As oauth4webapi takes it, and with what a login can't do without. */
export interface Description extends oauth.AuthorizationServer {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
}

/** The library knows "always https" and "anything", and this machine is between: see `asking`. */
const endpoint = z.string().refine((s) => URL.canParse(s) && isTrustworthy(new URL(s)), "is not an https URL");
const endpoints = z.object({
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint.optional().catch(undefined),
  token_endpoint_auth_methods_supported: z.array(z.string()).catch(["client_secret_basic"]),
  authorization_response_iss_parameter_supported: z.boolean().catch(false),
});

/**
 * What is said of algorithms does not count: all that are safe are accepted.
 * @throws Refusal provider_failed that names what is missing
 */
export function readDescription({ issuer }: Pick<Provider, "issuer">, said: oauth.AuthorizationServer): Description {
  const read = endpoints.safeParse(said);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw undescribing(issuer, `${issue?.path.join(".")} ${issue?.message}`, read.error);
  }
  const { userinfo_endpoint, ...rest } = read.data;
  return {
    ...rest,
    issuer,
    id_token_signing_alg_values_supported: algorithms,
    ...(userinfo_endpoint === undefined ? {} : { userinfo_endpoint }),
  };
}

type Asking = Pick<oauth.DiscoveryRequestOptions, typeof oauth.customFetch | typeof oauth.allowInsecureRequests>;

/** What an issuer says of itself, which is nobody else's. Its fields are not looked at. @throws Refusal provider_…, misconfigured */
export async function discover(issuer: string, asking: Asking): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const answer = await oauth.discoveryRequest(url, asking);
  let said: oauth.AuthorizationServer;
  try {
    said = await oauth.processDiscoveryResponse(url, answer);
  } catch (error) {
    throw undescribed(issuer, answer.status, error);
  }
  // The library takes a slash at the end for none, but tokens name the issuer to the letter (Discovery, 4.3).
  if (said.issuer !== issuer) throw another(issuer, said.issuer);
  return said;
}

function undescribed(issuer: string, status: number, error: unknown): Refusal {
  const fault = faultOf(error);
  if (fault?.kind === "field") return another(issuer, String(fault.body?.["issuer"]));
  if (fault?.kind !== "status") return undescribing(issuer, "its issuer is missing, or no URL", error);
  return new Refusal("provider_failed", `${issuer} answered ${status} where its description should be.`, {
    hint: "Whoever runs this edge should check the issuer in OIDC.",
    cause: error,
  });
}

function undescribing(issuer: string, why: string, cause: unknown): Refusal {
  return new Refusal("provider_failed", `What ${issuer} says of itself is no provider's description: ${why}.`, {
    hint: "Whoever runs this edge should check the issuer in OIDC.",
    cause,
  });
}

function another(issuer: string, itself: string): Refusal {
  return new Refusal("misconfigured", `The provider at ${issuer} calls itself ${itself.slice(0, 200)}.`, {
    hint: "Whoever runs this edge should set the issuer in OIDC to exactly that, if it is the right one.",
  });
}
