/** What a provider says about itself (OpenID Connect Discovery 1.0). Pure. */
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { isTrustworthy, type Provider } from "./settings.ts";

export interface Metadata {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  jwksUri: string;
  userinfoEndpoint: string | undefined;
  /** How a client with a secret shows it. */
  secretIn: "header" | "body";
  /** The provider names itself in its redirects (RFC 9207), so one that does not is not from it. */
  namesItself: boolean;
}

const endpoint = z.string().refine((s) => URL.canParse(s) && isTrustworthy(new URL(s)), "is not an https URL");
const document = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint.optional().catch(undefined),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
  authorization_response_iss_parameter_supported: z.boolean().optional().catch(undefined),
});

export const metadataUrl = ({ issuer }: Pick<Provider, "issuer">): string =>
  `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;

/** @throws Refusal provider_failed, misconfigured where it belongs to another issuer (Discovery, 4.3). */
export function readMetadata({ issuer }: Pick<Provider, "issuer">, status: number, json: unknown): Metadata {
  const from = metadataUrl({ issuer });
  if (status !== 200)
    refuse("provider_failed", `${from} answered ${status}, so where to log in is not known.`, {
      hint: "Whoever runs this edge should check the issuer in OIDC.",
    });
  const read = document.safeParse(json);
  if (!read.success) {
    const issue = read.error.issues[0];
    refuse("provider_failed", `${from} is no provider's description: ${issue?.path.join(".")} ${issue?.message}.`, {
      hint: "Whoever runs this edge should check the issuer in OIDC.",
    });
  }
  const m = read.data;
  if (m.issuer !== issuer)
    refuse("misconfigured", `The provider at ${issuer} calls itself ${m.issuer.slice(0, 200)}.`, {
      hint: "Whoever runs this edge should set the issuer in OIDC to exactly that, if it is the right one.",
    });
  const methods = m.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const inBody = !methods.includes("client_secret_basic") && methods.includes("client_secret_post");
  return {
    authorizationEndpoint: m.authorization_endpoint,
    tokenEndpoint: m.token_endpoint,
    jwksUri: m.jwks_uri,
    userinfoEndpoint: m.userinfo_endpoint,
    secretIn: inBody ? "body" : "header",
    namesItself: m.authorization_response_iss_parameter_supported === true,
  };
}
