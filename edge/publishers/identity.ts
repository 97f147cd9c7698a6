/** Who a session is, and what it is known by. Kept in its object only; the secret as a hash. */
import { timingSafeEqual } from "node:crypto";
import { hashToken } from "#db/crypto/token";

export interface Identity {
  session: string;
  secretHash: string;
  /** Kind and id of the principal that registered it: may register it anew without the secret. */
  owner: string;
}

/** In constant time. */
export async function knowsSecret(identity: Identity | undefined, secret: string | null): Promise<boolean> {
  const given = await hashToken(secret ?? "");
  if (!identity) return false;
  const encoder = new TextEncoder();
  return timingSafeEqual(encoder.encode(given), encoder.encode(identity.secretHash));
}
