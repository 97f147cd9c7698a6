/** What a provider says about a person, as far as it matters here. Pure. */

import { user } from "#db/kinds/user";
import { refuse } from "#db/protocol/errors";
import type { Provider } from "./settings.ts";

export interface Person {
  issuer: string;
  subject: string;
  /** In lower case; undefined where there is none, or none that could be a user's. */
  email: string | undefined;
  emailVerified: boolean;
  displayName: string | undefined;
  /** Names of groups here that the claim maps to. */
  groups: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

/** Whether the ID token leaves out what userinfo may have. */
export function isIncomplete(claims: Claims, provider: Provider): boolean {
  return (
    claims["email"] === undefined ||
    claims[provider.emailVerifiedClaim] === undefined ||
    (provider.groupsClaim !== undefined && find(claims, provider.groupsClaim) === undefined)
  );
}

/**
 * The ID token's claims, and userinfo's where it has none. An address and whether it is proven come from one of them: userinfo may
 * be newer, and then speak of another address.
 */
export function together(token: Claims, userinfo: Claims, { emailVerifiedClaim: verified }: Provider): Claims {
  const { email, [verified]: proven } =
    token["email"] !== undefined && token[verified] !== undefined
      ? token
      : userinfo["email"] === undefined
        ? token
        : userinfo;
  return { ...userinfo, ...token, email, [verified]: proven };
}

/** @throws Refusal where the provider says that it left the groups out */
export function readPerson(claims: Claims, provider: Provider): Person {
  const email = user.spec.shape.email.safeParse(claims["email"]);
  const name = user.spec.shape.displayName.safeParse(claims["name"]);
  return {
    issuer: provider.issuer,
    subject: String(claims["sub"]),
    email: email.success ? email.data : undefined,
    emailVerified: email.success && isYes(claims[provider.emailVerifiedClaim]),
    displayName: name.success && name.data ? name.data : undefined,
    groups: groupsOf(claims, provider),
  };
}

/** Cognito writes "true", Entra's xms_edov is true, 1 or "1". */
const isYes = (claim: unknown) => claim === true || claim === 1 || claim === "true" || claim === "1";

function groupsOf(claims: Claims, { groupsClaim, groups }: Provider): string[] {
  if (groupsClaim === undefined) return [];
  const overage = claims["_claim_names"];
  if (typeof overage === "object" && overage !== null && groupsClaim in overage)
    // Entra does so above 200 groups. Taken for "none", it would take rights away without a word.
    refuse(
      "credential_refused",
      `The provider left out your ${groupsClaim}: there are too many to fit into its token.`,
      {
        hint: "Whoever runs this edge should have the provider send only the groups that are assigned to it.",
      },
    );
  const value = find(claims, groupsClaim);
  const said = typeof value === "string" ? [value] : Array.isArray(value) ? value : [];
  const mapped = said.flatMap((v) => (typeof v === "string" ? (groups.get(v) ?? []) : []));
  return [...new Set(mapped)].sort();
}

/** By its name, which may be a URL; else as a path, as Keycloak's `realm_access.roles`. */
function find(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let at: unknown = claims;
  for (const step of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}
