/** What somebody is told whose login is over. Only who has a token of that login hears it: strangers get the one refusal of all. */
import { Refusal } from "#db/protocol/errors";
import type { EndedBecause } from "#db/tables/credentials";
import { LOGIN_DAYS } from "./renewal.ts";

const words: Readonly<Record<EndedBecause | "expired", string>> = {
  reused:
    "This login was ended because an older refresh token was used: somebody may have a copy of it, or two programs kept copies of one login.",
  "logged-out": "This login was logged out.",
  deleted: "This login was ended: somebody deleted its session.",
  "password-changed": "This login was ended because the password was changed.",
  "too-many": "This login was ended because its user logged in very often since.",
  expired: `This login was not renewed for ${LOGIN_DAYS} days, and has run out.`,
};

export function loginEnded(because: EndedBecause | "expired" | undefined): Refusal {
  const hint =
    because === "reused"
      ? "Log in again with `mcpctl login`. The audit trail (`mcpctl events`) has when and from where it was used."
      : "Log in again with `mcpctl login`.";
  return new Refusal("not_authenticated", because ? words[because] : "This login was ended.", { hint });
}
