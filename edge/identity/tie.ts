/**
 * What a session that somebody opened hangs on, for as long as it lasts: the credential that opened it, and what the caller
 * needed for that. It holds no credential, so it can be kept. Pure; times in milliseconds since the epoch.
 */

import { parseAccount } from "#db/kinds/parts/service-account";
import type { ErrorCode } from "#db/protocol/errors";
import { allows, allowsOperation, type Demand, writeBinding } from "../rights/decide.ts";
import type { CredentialVerdict } from "./guard-port.ts";
import { asked } from "./impersonation.ts";
import type { Caller } from "./principal.ts";
import type { Pointer } from "./profile.ts";

export interface Tie {
  /** Where the credential is judged, and as what. */
  sender: Pointer;
  /** The service account that its sender acts as (`X-Service-Account`). */
  as?: Pointer;
  /** When the credential ends whatever its Guard says: a signature's own end. */
  expiresAt?: number;
}

/**
 * @param found of the credential that a request came with.
 * @param wanted the account that it acts as, where it said so. @returns undefined where that is none
 */
export function tieOf(
  { pointer, expiresAt }: { pointer: Pointer; expiresAt: number },
  wanted: string | null,
): Tie | undefined {
  const account = wanted === null ? undefined : parseAccount(wanted);
  if (wanted !== null && !account) return undefined;
  return {
    sender: pointer,
    ...(account ? { as: asked(account).pointer } : {}),
    // A pod's token is good for as long as it says. An access token of ours is renewed, and its login is what counts.
    ...(pointer.within ? { expiresAt } : {}),
  };
}

export type Look =
  /** `at`: as of when. `until`: when it ends by time alone. */
  | { is: "stands"; at: number; until?: number }
  | { is: "lost"; code: Extract<ErrorCode, "not_authenticated" | "not_allowed">; message: string }
  /** The store can't be reached, and nothing that is held is young enough. */
  | { is: "unknown" };

/** Names of the Guards that have a say. */
export const guardsOf = ({ sender, as }: Tie): string[] => [
  ...new Set([sender, as].flatMap((p) => (p ? [p.guard, ...(p.within ? [p.within.guard] : [])] : []))),
];

/** Each Guard's verdict on what the tie points at, in the order of `pointersOf`. */
export const pointersOf = ({ sender, as }: Tie): Pointer[] =>
  [sender, as].flatMap((p) => (p ? [p, ...(p.within ? [p.within] : [])] : []));

/** Whether what it hangs on still holds. @param verdicts by pointer; none is "same", as nothing was said to be held. */
export function judgeTie(
  tie: Tie,
  demand: Demand,
  verdictOf: (pointer: Pointer) => Exclude<CredentialVerdict, { is: "same" }>,
  now: number,
): Look {
  const verdicts = pointersOf(tie).map(verdictOf);
  // A clear no counts, whatever else is not known.
  if (verdicts.some((v) => v.is === "denied")) return lostCredential("was revoked or deleted, or has expired");
  if (tie.expiresAt !== undefined && tie.expiresAt <= now) return lostCredential("has expired");
  const admitted = verdicts.filter((v) => v.is === "admitted");
  if (admitted.length < verdicts.length) return { is: "unknown" };
  const grants = (pointer: Pointer) => (verdictOf(pointer) as { caller: Caller }).caller.grants;
  if (tie.as && !allowsOperation(grants(tie.sender), "impersonate")) return lostRight("run:impersonate");
  if (!allows(grants(tie.as ?? tie.sender), demand)) return lostRight(writeBinding(demand));
  const ends = [tie.expiresAt, ...admitted.map((v) => v.expiresAt)].filter((t) => t !== undefined);
  return {
    is: "stands",
    at: Math.min(...admitted.map((v) => v.at)),
    ...(ends.length > 0 ? { until: Math.min(...ends) } : {}),
  };
}

const lostCredential = (what: string): Look => ({
  is: "lost",
  code: "not_authenticated",
  message: `The credential that this was opened with ${what}.`,
});

const lostRight = (permission: string): Look => ({
  is: "lost",
  code: "not_allowed",
  message: `Whoever opened this is no longer allowed to: it needs ${permission}.`,
});
