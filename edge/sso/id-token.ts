/** Whether an ID token is for this edge, for this login, and now (OpenID Connect Core, 3.1.3.7): what oauth4webapi finds, in our words. Pure. */
import type { IDToken } from "oauth4webapi";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { SKEW_SECONDS } from "./client.ts";
import type { Fault } from "./fault.ts";
import { algorithms } from "./metadata.ts";
import type { Provider } from "./settings.ts";

export type Expected = Pick<Provider, "issuer" | "clientId">;

/** Claims that must be there, in the form that they have: to say which one is not. */
const shape = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string().or(z.array(z.unknown())),
  exp: z.number(),
  iat: z.number(),
  nonce: z.string(),
  nbf: z.number().optional(),
  auth_time: z.number().optional(),
});

/** What the library does not look at. @param now milliseconds since the epoch. @throws Refusal credential_refused */
export function assertOurs({ azp, iat, sub }: IDToken, { clientId }: Expected, now: number): void {
  // It looks at `azp` only where the token is for several; here no token does that was made for another client.
  if (azp !== undefined && azp !== clientId) throw forAnother();
  if (iat > now / 1000 + SKEW_SECONDS) throw skewed("was made in the future", iat, now);
  if (sub === "" || sub.length > 255) throw nobody();
}

/** @returns undefined for a fault that is none of a token. */
export function tokenRefusal(
  { kind, claim, claims, header, body }: Fault,
  expected: Expected,
  now: number,
  cause: unknown,
): Refusal | undefined {
  switch (kind) {
    case "time":
      return skewed(claim === "nbf" ? "is not valid yet" : "has expired", Number(claims?.[claim ?? ""]), now, cause);
    case "claim":
      return refused(unexpected(claim, claims, expected), cause);
    case "unsupported":
      return body ? undefined : refused(unaccepted, cause);
    case "unreadable":
      if (body) return undefined;
      if (header) return refused(unaccepted, cause);
      return claims ? incomplete(claims, cause) : refused("it is malformed", cause);
    case "no":
    case "field":
    case "key":
    case "status":
    case "address":
      return undefined;
    default:
      kind satisfies never;
      return undefined;
  }
}

const unaccepted = `it is signed in a way that is not accepted (accepted: ${algorithms.join(", ")})`;
const forAnother = () => refused("it was made for another client");
const nobody = (cause?: unknown) => refused("it names nobody", cause);

function unexpected(claim: string | undefined, claims: Fault["claims"], { issuer, clientId }: Expected): string {
  const aud = claims?.["aud"];
  if (claim === "aud" && Array.isArray(aud) && aud.includes(clientId)) return "it is for several and names no client";
  if (claim === "aud") return `it is not for the client ${clientId}`;
  if (claim === "azp") return "it was made for another client";
  if (claim === "iss") return `it is not from ${issuer}`;
  if (claim === "nonce") return "it belongs to another login";
  return `its ${claim} is not right`;
}

function incomplete(claims: Record<string, unknown>, cause: unknown): Refusal {
  const claim = String(shape.safeParse(claims).error?.issues[0]?.path[0] ?? "content");
  if (claim === "sub") return nobody(cause);
  return refused(claim === "nonce" ? "it belongs to another login" : `its ${claim} is missing or not right`, cause);
}

export function refused(why: string, cause?: unknown): Refusal {
  return new Refusal("credential_refused", `The provider's ID token was refused: ${why}.`, {
    hint: "Start again. If it stays so, whoever runs this edge should compare OIDC with the provider's settings.",
    cause,
  });
}

function skewed(what: string, seconds: number, now: number, cause?: unknown): Refusal {
  const here = new Date(now).toISOString();
  return new Refusal(
    "credential_refused",
    `The provider's ID token ${what}: it says ${written(seconds)}, and here it is ${here}.`,
    {
      hint: "Start again. If it stays so, the clock of the provider or of this edge is wrong.",
      cause,
    },
  );
}

/** Whoever made a token may have put any number there, one that is no time too. */
function written(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}
