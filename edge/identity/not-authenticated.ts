import { Refusal } from "#db/protocol/errors";

/** One text for missing, garbage, unknown, expired and revoked: it tells a stranger nothing. */
export function notAuthenticated(): Refusal {
  return new Refusal("not_authenticated", "The credential is missing or not valid.", {
    hint: "Log in with `mcpctl login`, or send a token as `Authorization: Bearer`.",
  });
}
