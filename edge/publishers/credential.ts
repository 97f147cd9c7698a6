/** What a session is known by. Kept in its object only; the secret as a hash. */
import { timingSafeEqual } from "node:crypto";
import { hashToken } from "#db/crypto/token";

export interface Credential {
  secretHash: string;
  /** Kind and id of the principal that registered it: may register it anew without the secret. */
  owner: string;
}

/** In constant time. */
export async function knowsSecret(credential: Credential | undefined, secret: string | null): Promise<boolean> {
  const given = await hashToken(secret ?? "");
  if (!credential) return false;
  const encoder = new TextEncoder();
  return timingSafeEqual(encoder.encode(given), encoder.encode(credential.secretHash));
}
