/**
 * What it means that a refresh token comes which is not the current one of its login. Pure.
 *
 * Clients of ours are public: nothing but the token says who they are, and an address or a program's name for itself would not,
 * for a login is shared by several programs, and answers get lost just when a machine changes its network. So "the same client"
 * is whoever has the token whose answer may have got lost. A thief gains no more by it than by being there a minute earlier, and
 * is found out as before: both then hold one successor, and who comes second with it ends the login (RFC 9700, 4.14.2).
 */
import type { EndedBecause } from "#db/tables/credentials";

/** A login that is not renewed for so long has ended; every renewal starts the span again. */
export const LOGIN_DAYS = 30;

/** For so long the answer to a renewal is given again. */
export const GRACE_SECONDS = 60;

/** A login as the store has it. */
export interface KnownLogin {
  /** Of its current token. */
  hash: string;
  revoked: boolean;
  because: EndedBecause | null;
  expired: boolean;
  /** Seconds since it was last renewed by the store's clock, below zero where that was set back; null: it never was. */
  renewedAgo: number | null;
}

export type Judgement =
  | { is: "repeated" }
  | { is: "reused" }
  | { is: "ended"; because: EndedBecause | "expired" | undefined };

/** @param successorHash what the current token's hash is, where the one that came is the last before it. */
export function judgeRenewal(login: KnownLogin, successorHash: string): Judgement {
  if (login.revoked) return { is: "ended", because: login.because ?? undefined };
  if (login.expired) return { is: "ended", because: "expired" };
  // A clock that jumped may end the grace, and never makes it last for hours.
  const lately = login.renewedAgo !== null && Math.abs(login.renewedAgo) <= GRACE_SECONDS;
  return { is: lately && login.hash === successorHash ? "repeated" : "reused" };
}
