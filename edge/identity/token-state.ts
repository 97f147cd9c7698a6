/** Lifetime of an mcptoken: pure, `now` handed in. Times are milliseconds since the epoch. */

import type { StatusOf } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { parseSpan } from "#db/schema/span";
import { LATEST } from "../resources/moment.ts";
import type { Caller } from "./principal.ts";

type Status = StatusOf<"mcptoken">;
export type TokenState = Status["state"];

/** What a token is at `now`. Nothing writes when one expires, so the stored state alone does not say. */
export function tokenState(status: Pick<Status, "state" | "expiresAt">, now: number): TokenState {
  if (status.state !== "active") return status.state;
  return status.expiresAt !== undefined && Date.parse(status.expiresAt) <= now ? "expired" : "active";
}

/**
 * When something ends that was asked to last `expiry`: `30d`, `90m`, an ISO date (its first moment, UTC) or date-time,
 * `never` (undefined). The form has been checked by the kind's schema; a moment that is not in the future gives null.
 */
export function expiresAt(expiry: string, now: number): Date | undefined | null {
  if (expiry === "never") return undefined;
  const span = parseSpan(expiry);
  const at = span === undefined ? Date.parse(expiry) : now + span;
  return at > now ? new Date(at) : null;
}

/**
 * When a new token ends. One that was made with a token must not outlive it: otherwise whoever has a token for an hour has one for
 * ever. @param now milliseconds since the epoch. @throws Refusal invalid_request
 */
export function lifeOf(expiry: string, caller: Pick<Caller, "expiresAt">, now: number): Date | undefined {
  const ends = expiresAt(expiry, now);
  if (ends === null)
    refuse("invalid_request", `expiry: ${expiry} has passed already.`, {
      param: "expiry",
      hint: "Give a moment that is still to come, a span such as 30d, or never.",
    });
  if (ends && ends.getTime() > LATEST)
    refuse("invalid_request", `expiry: ${expiry} is beyond the year 9999.`, {
      param: "expiry",
      hint: "For a token that does not end, write never.",
    });
  const limit = caller.expiresAt;
  if (limit !== undefined && (ends === undefined || ends.getTime() > limit)) {
    const until = new Date(limit).toISOString();
    refuse("invalid_request", `expiry: ${expiry} is later than ${until}, when the token ends that you use.`, {
      param: "expiry",
      faults: [{ path: "expiry", message: "outlives the token that makes it", expected: `no later than ${until}` }],
      hint: "Give an earlier expiry, or log in (`mcpctl login`).",
    });
  }
  return ends;
}
