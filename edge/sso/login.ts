/** A login at the provider, from the redirect there to the person who comes back. */
import * as oauth from "oauth4webapi";
import { z } from "zod";
import { Refusal, refuse } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { addressOf } from "../identity/address.ts";
import { isIncomplete, type Person, readPerson, together } from "./claims.ts";
import { readCookie, writeCookie } from "./cookie.ts";
import { askUserinfo, exchange, readReturn } from "./exchange.ts";
import { sameText } from "./pkce.ts";
import { type KnownProvider, knownProvider } from "./provider.ts";
import { ONCE_MS, openStep, sealStep } from "./sealed.ts";
import type { Provider } from "./settings.ts";
import { spoken } from "./spoken.ts";

/** What the login is for. */
const purpose = z.discriminatedUnion("for", [
  /** A program on the same machine, which gets a one-time code at `target`. */
  z.object({ for: z.literal("program"), target: z.string(), state: z.string(), challenge: z.string() }),
  /** Somebody who is to confirm a device; `code` where it is known already. */
  z.object({ for: z.literal("device"), code: z.string().optional() }),
]);
export type Purpose = z.infer<typeof purpose>;

const attempt = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), purpose });
export type Attempt = z.infer<typeof attempt>;

export const CALLBACK = "/api/v1/auth/oidc/callback";

/** @throws Refusal unsupported where nobody logs in elsewhere, misconfigured where OIDC is wrong */
export function providerOf({ deps }: Pick<Call, "deps">): KnownProvider {
  const { oidc } = deps.settings;
  switch (oidc.is) {
    case "on":
      return knownProvider(oidc.provider);
    case "off":
      refuse("unsupported", "This edge has no single sign-on: nobody has set up a provider.", {
        hint: "Log in with e-mail address and password: `mcpctl login --email ADDRESS`.",
      });
      break;
    case "wrong":
      throw misconfigured(oidc.faults);
  }
}

export function misconfigured(faults: readonly string[]): Refusal {
  return new Refusal("misconfigured", `Single sign-on is not set up right. ${faults.slice(0, 10).join(" ")}`, {
    hint: "Whoever runs this edge should mend the variable OIDC.",
  });
}

/** Where browsers reach this edge, without a trailing slash. */
export const baseOf = (call: Pick<Call, "url">, { publicUrl }: Provider): string => publicUrl ?? call.url.origin;
export const isSecure = (base: string): boolean => base.startsWith("https:");

/** Several logins may be under way in one browser: each has a cookie of its own. */
const cookieName = (state: string) => `login_${state.slice(0, 12)}`;

/** Sends the browser to the provider, with what it must bring back. @throws Refusal provider_…, misconfigured */
export async function begin(call: Call, known: KnownProvider, what: Purpose): Promise<Response> {
  const { settings: provider } = known;
  const { authorization_endpoint } = await known.description();
  const made: Attempt = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    purpose: what,
  };
  const base = baseOf(call, provider);
  const url = new URL(authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: base + CALLBACK,
    scope: provider.scopes.join(" "),
    state: made.state,
    nonce: made.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(made.verifier),
    code_challenge_method: "S256",
  }))
    url.searchParams.set(name, value);
  const sealed = await sealStep(call.deps.settings, "attempt", made, Date.now() + ONCE_MS);
  return sendTo(url.href, [writeCookie(cookieName(made.state), sealed, ONCE_MS / 1000, isSecure(base))]);
}

export interface Returned {
  attempt: Attempt;
  /** Deletes the browser's part. */
  cookie: string;
}

/** The login that this browser began with this state. @throws Refusal expired_token where it began none such */
export async function returned(call: Call, { settings: provider }: KnownProvider): Promise<Returned> {
  const state = call.url.searchParams.get("state") ?? "";
  const secure = isSecure(baseOf(call, provider));
  const name = cookieName(state.replace(/[^\w-]/g, ""));
  const sealed = readCookie(call.request.headers.get("cookie"), name, secure);
  const found = await openStep(call.deps.settings, "attempt", attempt, sealed, Date.now());
  if (!found || !sameText(found.state, state))
    throw startAgain("This login was not begun in this browser, or it took too long.");
  return { attempt: found, cookie: writeCookie(name, "", 0, secure) };
}

export const startAgain = (message: string): Refusal =>
  new Refusal("expired_token", message, { hint: "Start again where you began: `mcpctl login`." });

/** Who has logged in, as the provider vouches for. @throws Refusal that says what went wrong there */
export async function vouched(call: Call, known: KnownProvider, { state, nonce, verifier }: Attempt): Promise<Person> {
  const { settings: provider } = known;
  const as = await known.description();
  const from = { provider, as };
  const read = readReturn(from, call.url.searchParams, state);
  const redirectUri = baseOf(call, provider) + CALLBACK;
  const told = await exchange(from, read, { redirectUri, verifier, nonce }, known.keys);
  if (!isIncomplete(told.claims, provider) || as.userinfo_endpoint === undefined)
    return readPerson(told.claims, provider);
  return readPerson(together(told.claims, await askUserinfo(from, told), provider), provider);
}

export function sendTo(location: string, cookies: readonly string[] = [], status: 302 | 303 = 302): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status, headers });
}

/** What a program calls itself, and from where it asks: for lists, and for who is to confirm. */
export const clientOf = (call: Call) => ({
  client: spoken(call.request.headers.get("user-agent") ?? "").slice(0, 200) || "unknown",
  address: addressOf(call.request) ?? null,
});
