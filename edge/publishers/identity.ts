/** Who a session is, and what it is known by. Kept in its object only; the secret as a hash. */
import { timingSafeEqual } from "node:crypto";
import { hashToken } from "#db/crypto/token";
import type { Tie } from "../identity/tie.ts";
import type { Demand } from "../rights/decide.ts";

/** What registering needs, and what is needed for as long as what it registered is there. */
export const publishing = { role: "create", resource: "llms" } as const satisfies Demand;

export interface Identity {
  session: string;
  secretHash: string;
  /** Kind and id of the principal that registered it: may register it anew without the secret. */
  owner: string;
  /** Its name, for the audit trail. Absent in what was kept before it was. */
  ownerName?: string;
  /** What it hangs on: the credential that registered it. Absent in what was kept before there were ties. */
  tie?: Tie;
}

/** In constant time. */
export async function knowsSecret(identity: Identity | undefined, secret: string | null): Promise<boolean> {
  const given = await hashToken(secret ?? "");
  if (!identity) return false;
  const encoder = new TextEncoder();
  return timingSafeEqual(encoder.encode(given), encoder.encode(identity.secretHash));
}
