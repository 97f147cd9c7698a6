/** From what the provider sent the browser back with to what it vouches for. The rules are oauth4webapi's, the words for people ours. */
import * as oauth from "oauth4webapi";
import { Refusal, refuse } from "#db/protocol/errors";
import { asking } from "./ask.ts";
import { authentications, clientAt } from "./client.ts";
import { faultOf } from "./fault.ts";
import type { Provider } from "./settings.ts";
import type { Keys } from "./signature.ts";
import { spoken } from "./spoken.ts";
import { errorIn, type From as Named, readTokens, type Vouched } from "./tokens.ts";

interface From extends Named {
  provider: Provider;
}

/** What the redirect back brought, where it is this provider's and a code. @throws Refusal that says what it is else */
export function readReturn({ provider, as }: From, query: URLSearchParams, state: string): URLSearchParams {
  let read: URLSearchParams;
  try {
    read = oauth.validateAuthResponse(as, clientAt(provider), query, state);
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    throw fault.kind === "no" ? refusedThere(provider, query, error) : noAnswer({ provider, as }, query, error);
  }
  const [code, ...more] = read.getAll("code");
  if (more.length > 0) throw noAnswer({ provider, as }, query, undefined);
  if (!code) refuse("provider_failed", `${provider.name} sent neither a code nor an error.`, { hint: "Start again." });
  return read;
}

/** Another provider's answer must not be taken for this one's (RFC 9207). */
function noAnswer({ provider, as }: From, query: URLSearchParams, cause: unknown): Refusal {
  const iss = query.get("iss");
  const another = iss ? iss !== as.issuer : as.authorization_response_iss_parameter_supported;
  return another
    ? new Refusal("credential_refused", `The answer is not from ${as.issuer}.`, { hint: "Start again.", cause })
    : new Refusal("provider_failed", `${provider.name} sent what is no answer to a login.`, {
        hint: "Start again. If it stays so, whoever runs this edge should compare OIDC with the provider's settings.",
        cause,
      });
}

function refusedThere({ name }: Provider, query: URLSearchParams, cause: unknown): Refusal {
  const error = query.get("error") ?? "";
  const words = spoken(query.get("error_description") ?? error);
  return error === "access_denied"
    ? new Refusal("access_denied", `${name} let nobody in: ${words}`, {
        hint: "Start again to try another account.",
        cause,
      })
    : new Refusal("provider_failed", `${name} refused: ${words}`, {
        hint: "Start again. If it stays so, whoever runs this edge should compare OIDC with the provider's settings.",
        cause,
      });
}

/** Exchanges the code, once. @throws Refusal that says what is wrong with the answer or with the token in it */
export async function exchange(
  from: From,
  read: URLSearchParams,
  login: { redirectUri: string; verifier: string; nonce: string },
  keys: Keys,
): Promise<Vouched> {
  const { provider, as } = from;
  const ask = (how: oauth.ClientAuth) =>
    oauth.authorizationCodeGrantRequest(
      as,
      clientAt(provider),
      how,
      read,
      login.redirectUri,
      login.verifier,
      asking("its tokens"),
    );
  const [first, second] = authentications(as, provider);
  const answer = await ask(first);
  const unknown = second && (await errorIn(answer))?.error === "invalid_client";
  return readTokens(from, unknown ? await ask(second) : answer, login.nonce, keys);
}

/** Only of the same person: an access token could be another's (OpenID Connect Core, 5.3.2). */
export async function askUserinfo(
  { provider, as }: From,
  { claims, accessToken }: Vouched,
): Promise<oauth.UserInfoResponse> {
  const client = clientAt(provider);
  const answer = await oauth.userInfoRequest(as, client, accessToken, asking("who you are"));
  try {
    return await oauth.processUserInfoResponse(as, client, claims.sub, answer);
  } catch (cause) {
    const fault = faultOf(cause);
    if (fault?.kind === "field")
      throw new Refusal("credential_refused", "The provider's ID token and its userinfo are of two people.", {
        hint: "Start again.",
        cause,
      });
    if (!fault) throw cause;
    const { host } = new URL(as.userinfo_endpoint ?? as.issuer);
    throw new Refusal("provider_failed", `${host} answered ${answer.status} without saying who you are.`, {
      hint: "Start again.",
      cause,
    });
  }
}
