/** What a request brings to prove who it is. */
import { createHash } from "node:crypto";
import { TOKEN_PREFIX } from "#db/crypto/token";
import { BoundedMap } from "../cache/bounded-map.ts";

/** The credential as it was sent, wherever it was put; undefined when there is none. */
export function credentialOf(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization) {
    const space = authorization.indexOf(" ");
    if (space === 6 && authorization.slice(0, 6).toLowerCase() === "bearer") {
      const token = authorization.slice(7).trim();
      if (token) return token;
    }
  }
  return headers.get("x-api-key")?.trim() || headers.get("api-key")?.trim() || undefined;
}

/** Longest credential looked at, in characters; a session's access token has about 400. */
const MAX_LENGTH = 4096;

/** Hashes of credentials seen lately: hashing is 5 % of what a warm request costs. */
const hashes = new BoundedMap<string>(1_000);

/** SHA-256 in hexadecimal, synchronously: on the path of every request, WebCrypto's promise would cost ten times as much. */
export function hashCredential(credential: string): string {
  const known = hashes.get(credential);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(credential).digest("hex");
  // Strangers choose what they send: what can't be a credential is not kept.
  if (credential.length <= MAX_LENGTH) hashes.set(credential, hash);
  return hash;
}

export type Shape = "opaque" | "jwt" | "garbage";

/** How a credential would have to be checked. Says nothing about whether it is valid. */
export function shapeOf(credential: string): Shape {
  if (credential.length > MAX_LENGTH) return "garbage";
  if (credential.startsWith(TOKEN_PREFIX)) return "opaque";
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential) ? "jwt" : "garbage";
}
