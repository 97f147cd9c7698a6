/** Whether an ID token is the provider's, for this edge, for this login, and now (OpenID Connect Core, 3.1.3.7). */
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, errors as jose, jwtVerify } from "jose";
import { Refusal } from "#db/protocol/errors";
import type { Provider } from "./settings.ts";

/** Asymmetric ones only: with a shared secret, whoever knows it could make tokens; `none` is nobody's. */
export const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** By how much clocks may differ, in seconds. */
export const SKEW_SECONDS = 60;
const LARGEST = 65_536;

export interface Expected {
  provider: Pick<Provider, "issuer" | "clientId">;
  nonce: string;
}

/** The keys that are held, and once more those that the provider has by now; undefined: not again so soon. */
export interface Keys {
  held(): Promise<JSONWebKeySet>;
  newer(): Promise<JSONWebKeySet | undefined>;
}

/** @param now milliseconds since the epoch. @throws Refusal credential_refused that says what is wrong with the token */
export async function verifyIdToken(token: string, expected: Expected, keys: Keys, now: number): Promise<JWTPayload> {
  if (token.length > LARGEST) throw refused("it is larger than any token that makes sense");
  try {
    return await verifyWith(await keys.held(), token, expected, now);
  } catch (error) {
    if (!isSurprise(error)) throw explained(error, expected, now);
  }
  const newer = await keys.newer();
  if (!newer)
    throw new Refusal("credential_refused", "The provider signed the login with a key that it does not publish.", {
      hint: "If it has just changed its keys, try again in a minute.",
    });
  try {
    return await verifyWith(newer, token, expected, now);
  } catch (error) {
    throw explained(error, expected, now);
  }
}

/** The signature is of none of these keys; or a key was replaced and its name kept. */
const isSurprise = (error: unknown) =>
  error instanceof jose.JWKSNoMatchingKey ||
  error instanceof jose.JWSSignatureVerificationFailed ||
  error instanceof UnusableKey;

async function verifyWith(jwks: JSONWebKeySet, token: string, expected: Expected, now: number): Promise<JWTPayload> {
  const { issuer, clientId } = expected.provider;
  const options = {
    issuer,
    audience: clientId,
    algorithms,
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(now),
    requiredClaims: ["sub", "iat", "exp"],
  };
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), options);
    return checked(payload, expected, now);
  } catch (error) {
    if (!(error instanceof jose.JWKSMultipleMatchingKeys)) throw named(error);
    // A token without `kid`, of a provider with several keys: one of them fits or none does.
    for await (const key of error) {
      try {
        const { payload } = await jwtVerify(token, key, options);
        return checked(payload, expected, now);
      } catch (cause) {
        const why = named(cause);
        if (!(why instanceof jose.JWSSignatureVerificationFailed || why instanceof UnusableKey)) throw why;
      }
    }
    throw new jose.JWSSignatureVerificationFailed();
  }
}

/** A key that is too short or broken. */
class UnusableKey extends Error {}

/** What is wrong with a key, jose and the runtime say in errors of no name of their own. */
const named = (error: unknown): unknown =>
  error instanceof jose.JOSEError || error instanceof Refusal ? error : new UnusableKey("unusable", { cause: error });

/** What jose does not look at. Pure. @throws Refusal */
export function checked(payload: JWTPayload, { provider, nonce }: Expected, now: number): JWTPayload {
  const { aud, azp, iat = 0 } = payload;
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) throw refused("it is for several and names no client");
  if (azp !== undefined && azp !== provider.clientId) throw refused("it was made for another client");
  if (iat > now / 1000 + SKEW_SECONDS) throw skewed("was made in the future", iat, now);
  if (typeof payload.sub !== "string" || payload.sub === "" || payload.sub.length > 255)
    throw refused("it names nobody");
  if (payload["nonce"] !== nonce) throw refused("it belongs to another login");
  return payload;
}

function explained(error: unknown, { provider }: Expected, now: number): unknown {
  if (error instanceof UnusableKey)
    return refused(
      "the key that the provider publishes for it is broken or too short (RSA: 2,048 bits or more)",
      error,
    );
  if (error instanceof Refusal || !(error instanceof jose.JOSEError)) return error;
  if (error instanceof jose.JWTExpired) return skewed("has expired", error.payload.exp ?? 0, now, error);
  if (error instanceof jose.JWTClaimValidationFailed) {
    if (error.claim === "aud") return refused(`it is not for the client ${provider.clientId}`, error);
    if (error.claim === "iss") return refused(`it is not from ${provider.issuer}`, error);
    if (error.claim === "nbf") return skewed("is not valid yet", Number(error.payload.nbf), now, error);
    return refused(`its ${error.claim} is missing or not right`, error);
  }
  if (error instanceof jose.JOSEAlgNotAllowed || error instanceof jose.JOSENotSupported)
    return refused(`it is signed in a way that is not accepted (accepted: ${algorithms.join(", ")})`, error);
  if (isSurprise(error)) return refused("no key that the provider publishes has signed it", error);
  return refused("it is malformed", error);
}

function refused(why: string, cause?: unknown): Refusal {
  return new Refusal("credential_refused", `The provider's ID token was refused: ${why}.`, {
    hint: "Start again. If it stays so, whoever runs this edge should compare OIDC with the provider's settings.",
    cause,
  });
}

function skewed(what: string, seconds: number, now: number, cause?: unknown): Refusal {
  const said = new Date(seconds * 1000).toISOString();
  const here = new Date(now).toISOString();
  return new Refusal(
    "credential_refused",
    `The provider's ID token ${what}: it says ${said}, and here it is ${here}.`,
    {
      hint: "Start again. If it stays so, the clock of the provider or of this edge is wrong.",
      cause,
    },
  );
}
