/** This edge as the provider's client. */
import * as oauth from "oauth4webapi";
import { basicHeaders } from "./basic.ts";
import type { Description } from "./metadata.ts";
import type { Provider } from "./settings.ts";

/** By how much clocks may differ, in seconds. */
export const SKEW_SECONDS = 60;

export const clientAt = ({ clientId }: Pick<Provider, "clientId">): oauth.Client => ({
  client_id: clientId,
  [oauth.clockTolerance]: SKEW_SECONDS,
});

/** How it shows its secret; where there are two ways, the second is for a provider that knows nobody by the first. */
export function authentications(
  { token_endpoint_auth_methods_supported: methods = [] }: Pick<Description, "token_endpoint_auth_methods_supported">,
  { clientId, clientSecret }: Pick<Provider, "clientId" | "clientSecret">,
): [oauth.ClientAuth, ...oauth.ClientAuth[]] {
  if (clientSecret === undefined) return [oauth.None()];
  const inBody = !methods.includes("client_secret_basic") && methods.includes("client_secret_post");
  if (inBody) return [oauth.ClientSecretPost(clientSecret)];
  const [first, ...more] = basicHeaders(clientId, clientSecret);
  return [shows(first), ...more.map(shows)];
}

const shows =
  (basic: string): oauth.ClientAuth =>
  (_as, _client, _body, headers) =>
    headers.set("authorization", basic);
