/**
 * Tokens that Kubernetes gives to pods (projected service-account tokens): whose one claims to be, and whether it is. They say who
 * calls and nothing of what that may do.
 */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { z } from "zod";
import { accountOfSubject } from "#db/kinds/parts/service-account";

/** What a cluster has registered. */
export interface Trust {
  cluster: string;
  /** Changes with all that decides which tokens are good. */
  fingerprint: string;
  issuer: string;
  audiences: readonly string[];
  /** Absent: the issuer publishes them. */
  jwks?: JSONWebKeySet | undefined;
}

/** Asymmetric ones, of what Kubernetes signs with: `none` and secrets that anybody could know are not among them. */
const algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/** By how much clocks may differ, in seconds. */
const TOLERANCE = 10;

const claimed = z.object({ iss: z.string(), kid: z.string().optional() });

/** Whom a token names, before anything of it is believed: enough to find the key that it must be checked with. */
export function claimOf(token: string): { issuer: string; keyId: string | undefined } | undefined {
  try {
    // Whoever made it up can have put anything there.
    const { iss, kid } = claimed.parse({ iss: decodeJwt(token).iss, kid: decodeProtectedHeader(token).kid });
    return { issuer: iss, keyId: kid };
  } catch {
    return undefined;
  }
}

const claims = z.object({
  sub: z.string(),
  exp: z.number(),
  "kubernetes.io": z.object({ namespace: z.string(), serviceaccount: z.object({ name: z.string() }) }),
});

export interface VerifiedAccount {
  /** `namespace/name`. */
  name: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** @returns undefined for a token that the cluster did not sign, that is meant for somebody else, or not valid at `now`. */
export async function verifyAccount(
  token: string,
  trust: Pick<Trust, "issuer" | "audiences">,
  keys: JSONWebKeySet,
  now: number,
): Promise<VerifiedAccount | undefined> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: trust.issuer,
      audience: [...trust.audiences],
      algorithms,
      requiredClaims: ["sub", "exp", "iat"],
      clockTolerance: TOLERANCE,
      currentDate: new Date(now),
    });
    const { sub, exp, "kubernetes.io": kubernetes } = claims.parse(payload);
    const name = accountOfSubject(sub);
    const agrees = name === `${kubernetes.namespace}/${kubernetes.serviceaccount.name}`;
    return agrees && exp * 1000 > now ? { name, expiresAt: exp * 1000 } : undefined;
  } catch {
    // Whatever is wrong with a token, its bearer is told nothing but that it is not valid.
    return undefined;
  }
}
