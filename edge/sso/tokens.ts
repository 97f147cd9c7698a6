/** What the token endpoint answers: read by oauth4webapi's rules, refused in our words. Asks nobody but for keys. */
import * as oauth from "oauth4webapi";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { clientAt } from "./client.ts";
import { faultOf } from "./fault.ts";
import { assertOurs, refused, tokenRefusal } from "./id-token.ts";
import type { Description } from "./metadata.ts";
import type { Provider } from "./settings.ts";
import { type Keys, verifySignature } from "./signature.ts";
import { spoken } from "./spoken.ts";

/** The provider, as it was set up and as it describes itself. */
export interface From {
  provider: Pick<Provider, "issuer" | "clientId" | "name">;
  as: Description;
}

export interface Vouched {
  claims: oauth.IDToken;
  accessToken: string;
}

const tokenError = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });

/** Read by us, too: the library reads it with a status of 4xx only, and hands on what is no text. @param answer of JSON; stays unread */
export const errorIn = async (answer: Response) => tokenError.safeParse(await answer.clone().json()).data;

/** Characters of an ID token; the answer's own bound is larger. */
const LARGEST = 65_536;

/** @throws Refusal that says what is wrong with the answer, or with the ID token in it */
export async function readTokens(from: From, answer: Response, nonce: string, keys: Keys): Promise<Vouched> {
  const { provider, as } = from;
  const no = await errorIn(answer);
  let tokens: oauth.TokenEndpointResponse;
  try {
    const expected = { expectedNonce: nonce, requireIdToken: true };
    tokens = await oauth.processAuthorizationCodeResponse(as, clientAt(provider), answer, expected);
  } catch (error) {
    throw ungranted(provider, answer.status, no, error);
  }
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const { id_token = "", access_token } = tokens;
  if (id_token.length > LARGEST) throw refused("it is larger than any token that makes sense");
  // Of the signature's form the library would say nothing that could be told from a broken key.
  if (!claims || !/^[\w.-]+$/.test(id_token)) throw refused("it is malformed");
  assertOurs(claims, provider, Date.now());
  await verifySignature(as, answer, keys);
  return { claims, accessToken: access_token };
}

type Said = z.infer<typeof tokenError> | undefined;

function ungranted(provider: From["provider"], status: number, no: Said, cause: unknown): unknown {
  const fault = faultOf(cause);
  if (!fault) return cause;
  const wrong = tokenRefusal(fault, provider, Date.now(), cause);
  if (wrong) return wrong;
  if (!no) {
    const missing = typeof fault.body?.["id_token"] === "string" ? "an access token that can be used" : "an ID token";
    return new Refusal("provider_failed", `${provider.name} answered ${status} without ${missing}.`, {
      hint: "Start again.",
      cause,
    });
  }
  const words = spoken(no.error_description ?? no.error);
  return no.error === "invalid_client" || no.error === "unauthorized_client"
    ? new Refusal("misconfigured", `${provider.name} does not accept this edge as its client: ${words}`, {
        hint: "Whoever runs this edge should check clientId in OIDC, and OIDC_CLIENT_SECRET.",
        cause,
      })
    : new Refusal("provider_failed", `${provider.name} did not take its own code back: ${words}`, {
        hint: "It was used before or took too long: start again.",
        cause,
      });
}
