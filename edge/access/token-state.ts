/** Lifetime of an mcptoken: pure, `now` handed in. Times are milliseconds since the epoch. */
import type { StatusOf } from "#db/resources/index";

type Status = StatusOf<"mcptoken">;
export type TokenState = Status["state"];

/** What a token is at `now`. Nothing writes when one expires, so the stored state alone does not say. */
export function tokenState(status: Pick<Status, "state" | "expiresAt">, now: number): TokenState {
  if (status.state !== "active") return status.state;
  return status.expiresAt !== undefined && Date.parse(status.expiresAt) <= now ? "expired" : "active";
}

const HOUR = 3_600_000;

/**
 * When something ends that was asked to last `expiry`: `30d`, `12h`, an ISO date (its first moment, UTC) or date-time,
 * `never` (undefined). The form has been checked by the kind's schema; a moment that is not in the future gives null.
 */
export function expiresAt(expiry: string, now: number): Date | undefined | null {
  if (expiry === "never") return undefined;
  const span = /^(\d+)([hd])$/.exec(expiry);
  const at = span ? now + Number(span[1]) * (span[2] === "d" ? 24 * HOUR : HOUR) : Date.parse(expiry);
  return at > now ? new Date(at) : null;
}
