/** A login at the provider, from the redirect there to the person who comes back. */
import { z } from "zod";
import { Refusal, refuse } from "#db/protocol/errors";
import type { Call } from "../../http/call.ts";
import { addressOf } from "../address.ts";
import { askProvider } from "./ask.ts";
import { basicHeaders } from "./basic.ts";
import { isIncomplete, type Person, readPerson, together } from "./claims.ts";
import { readCookie, writeCookie } from "./cookie.ts";
import { verifyIdToken } from "./id-token.ts";
import type { Metadata } from "./metadata.ts";
import { challengeOf, sameText, unguessable } from "./pkce.ts";
import { type KnownProvider, knownProvider } from "./provider.ts";
import { ONCE_MS, openStep, sealStep } from "./sealed.ts";
import type { Provider } from "./settings.ts";

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
  const now = Date.now();
  const { authorizationEndpoint } = await known.metadata(now);
  const made: Attempt = { state: unguessable(), nonce: unguessable(), verifier: unguessable(), purpose: what };
  const base = baseOf(call, provider);
  const url = new URL(authorizationEndpoint);
  for (const [name, value] of Object.entries({
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: base + CALLBACK,
    scope: provider.scopes.join(" "),
    state: made.state,
    nonce: made.nonce,
    code_challenge: challengeOf(made.verifier),
    code_challenge_method: "S256",
  }))
    url.searchParams.set(name, value);
  const sealed = await sealStep(call.deps.settings, "attempt", made, now + ONCE_MS);
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
export async function vouched(call: Call, known: KnownProvider, { nonce, verifier }: Attempt): Promise<Person> {
  const { settings: provider } = known;
  const metadata = await known.metadata(Date.now());
  const query = call.url.searchParams;
  assertFrom(provider, metadata, query.get("iss"));
  const error = query.get("error");
  if (error !== null) throw refusedThere(provider, error, query.get("error_description"));
  const code = query.get("code");
  if (!code) refuse("provider_failed", `${provider.name} sent neither a code nor an error.`, { hint: "Start again." });
  const tokens = await exchange(provider, metadata, {
    grant_type: "authorization_code",
    code,
    redirect_uri: baseOf(call, provider) + CALLBACK,
    code_verifier: verifier,
  });
  const keys = { held: () => known.keys(Date.now()), newer: () => known.newerKeys(Date.now()) };
  const claims = await verifyIdToken(tokens.id_token, { provider, nonce }, keys, Date.now());
  const { userinfoEndpoint } = metadata;
  if (!isIncomplete(claims, provider) || !userinfoEndpoint || !tokens.access_token) return readPerson(claims, provider);
  const more = await userinfo(userinfoEndpoint, tokens.access_token, String(claims.sub));
  return readPerson(together(claims, more, provider), provider);
}

/** Another provider's answer must not be taken for this one's (RFC 9207). */
function assertFrom(provider: Provider, { namesItself }: Metadata, iss: string | null): void {
  if (iss === provider.issuer || (iss === null && !namesItself)) return;
  refuse("credential_refused", `The answer is not from ${provider.issuer}.`, { hint: "Start again." });
}

function refusedThere({ name }: Provider, error: string, description: string | null): Refusal {
  const words = spoken(description ?? error);
  return error === "access_denied"
    ? new Refusal("access_denied", `${name} let nobody in: ${words}`, { hint: "Start again to try another account." })
    : new Refusal("provider_failed", `${name} refused: ${words}`, {
        hint: "Start again. If it stays so, whoever runs this edge should compare OIDC with the provider's settings.",
      });
}

const tokenAnswer = z.object({ id_token: z.string(), access_token: z.string().optional().catch(undefined) });
const tokenError = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });

async function exchange(provider: Provider, { tokenEndpoint, secretIn }: Metadata, grant: Record<string, string>) {
  const { clientId, clientSecret, name } = provider;
  const form = new URLSearchParams(grant);
  const headers: Record<string, string>[] = [];
  if (clientSecret !== undefined && secretIn === "header") headers.push(...basicHeaders(clientId, clientSecret));
  else {
    form.set("client_id", clientId);
    if (clientSecret !== undefined) form.set("client_secret", clientSecret);
    headers.push({});
  }
  const ask = (h: Record<string, string> = {}) =>
    askProvider("its tokens", tokenEndpoint, { method: "POST", headers: h, body: form });
  let { status, json } = await ask(headers[0]);
  if (headers.length > 1 && tokenError.safeParse(json).data?.error === "invalid_client")
    ({ status, json } = await ask(headers[1]));
  const tokens = tokenAnswer.safeParse(json);
  if (status === 200 && tokens.success) return tokens.data;
  const said = tokenError.safeParse(json);
  if (!said.success)
    refuse("provider_failed", `${name} answered ${status} without an ID token.`, { hint: "Start again." });
  const words = spoken(said.data.error_description ?? said.data.error);
  if (said.data.error === "invalid_client" || said.data.error === "unauthorized_client")
    refuse("misconfigured", `${name} does not accept this edge as its client: ${words}`, {
      hint: "Whoever runs this edge should check clientId in OIDC, and OIDC_CLIENT_SECRET.",
    });
  refuse("provider_failed", `${name} did not take its own code back: ${words}`, {
    hint: "It was used before or took too long: start again.",
  });
}

/** Only of the same person: an access token could be another's (OpenID Connect Core, 5.3.2). */
async function userinfo(url: string, token: string, subject: string): Promise<Record<string, unknown>> {
  const { status, json } = await askProvider("who you are", url, { headers: { authorization: `Bearer ${token}` } });
  const read = z.looseObject({ sub: z.string() }).safeParse(json);
  if (status !== 200 || !read.success)
    refuse("provider_failed", `${new URL(url).host} answered ${status} without saying who you are.`, {
      hint: "Start again.",
    });
  if (read.data.sub !== subject)
    refuse("credential_refused", "The provider's ID token and its userinfo are of two people.", {
      hint: "Start again.",
    });
  return read.data;
}

/** Somebody else's words, in one line that can be stored, shown and logged. */
export function spoken(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
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
