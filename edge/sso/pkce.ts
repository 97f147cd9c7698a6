/** Proof that who ends a login is who began it (RFC 7636, S256 only). */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";

export const codeVerifier = z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, "is not a code verifier (RFC 7636)");
export const codeChallenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not an S256 code challenge (RFC 7636)");

export const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");

export function proves(verifier: string, challenge: string): boolean {
  return sameText(challengeOf(verifier), challenge);
}

/** Takes the same time wherever they differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (s: string) => createHash("sha256").update(s).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** 32 random bytes: for codes that are good once. */
export const unguessable = (): string => randomBytes(32).toString("base64url");
