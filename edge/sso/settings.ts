/** The OpenID provider as an operator describes it: the variable OIDC. Pure. */
import { z } from "zod";
import { dnsLabel } from "#db/schema/field";

/** On a machine of one's own a provider has no certificate; anywhere else what it says could be anybody's. */
export function isTrustworthy(url: URL): boolean {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && loopback);
}

const providerUrl = z
  .string()
  .refine((s) => URL.canParse(s), "is not a URL")
  .refine((s) => !URL.canParse(s) || isTrustworthy(new URL(s)), "must be an https URL (http on this machine only)")
  .refine((s) => !/[?#@]/.test(s), "must have no query, fragment or user name");

const domain = z
  .string()
  .toLowerCase()
  .regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9-]+$/, "is not a domain such as example.com");

const schema = z.strictObject({
  issuer: providerUrl,
  clientId: z.string().min(1).max(512),
  name: z.string().min(1).max(64).optional(),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "is not a scope")).optional(),
  emailVerifiedClaim: z.string().min(1).default("email_verified"),
  groupsClaim: z.string().min(1).optional(),
  groups: z.record(z.string(), dnsLabel).default({}),
  domains: z.array(domain).min(1, "must not be empty: leave it out to allow every domain").optional(),
  createUsers: z.boolean().default(false),
  passwords: z.boolean().default(true),
  publicUrl: providerUrl.optional(),
});

export interface Provider {
  /** Exactly as the provider writes it in its tokens. */
  issuer: string;
  clientId: string;
  /** Undefined: a public client, which proves itself by PKCE alone. */
  clientSecret: string | undefined;
  /** What people are told that they log in with. */
  name: string;
  scopes: readonly string[];
  /** Claim that says that the address is the person's; `email_verified` but for Entra. */
  emailVerifiedClaim: string;
  groupsClaim: string | undefined;
  /** Value of the claim → name of a group here. */
  groups: ReadonlyMap<string, string>;
  /** Of addresses that may log in; undefined: all. Lower case. */
  domains: readonly string[] | undefined;
  /** Whether somebody whom nobody has made a user becomes one. */
  createUsers: boolean;
  /** Whether passwords are taken beside. */
  passwords: boolean;
  /** Where browsers reach this edge, where that is not what requests say. Without a trailing slash. */
  publicUrl: string | undefined;
}

export type Oidc =
  | { is: "off" }
  | { is: "on"; provider: Provider }
  /** Everything else goes on; who logs in there, and /readyz, are told what is wrong. */
  | { is: "wrong"; faults: readonly string[] };

/** @param text of OIDC: JSON, or nothing. @param clientSecret of OIDC_CLIENT_SECRET. No fault holds a value. */
export function readOidc(text: string, clientSecret: string | undefined): Oidc {
  if (text.trim() === "") return { is: "off" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { is: "wrong", faults: ["OIDC is not JSON."] };
  }
  if (typeof json === "object" && json !== null && "clientSecret" in json)
    return { is: "wrong", faults: ["OIDC: clientSecret belongs into the secret OIDC_CLIENT_SECRET."] };
  const read = schema.safeParse(json);
  if (!read.success) {
    const faults = read.error.issues.map((i) => `OIDC${i.path.map((p) => `.${String(p)}`).join("")}: ${i.message}`);
    return { is: "wrong", faults };
  }
  const { name, scopes, groups, groupsClaim, publicUrl, domains, ...rest } = read.data;
  if (Object.keys(groups).length > 0 && groupsClaim === undefined)
    return { is: "wrong", faults: ["OIDC.groupsClaim: is missing, and groups are to be read from it."] };
  return {
    is: "on",
    provider: {
      ...rest,
      clientSecret,
      groupsClaim,
      domains,
      name: name ?? new URL(rest.issuer).host,
      scopes: [...new Set(["openid", ...(scopes ?? ["email", "profile"])])],
      groups: new Map(Object.entries(groups)),
      publicUrl: publicUrl?.replace(/\/+$/, ""),
    },
  };
}
