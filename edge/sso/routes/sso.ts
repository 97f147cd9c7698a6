/** Logging in at the OpenID provider: there and back in the browser, and the one-time code that a program gets for it. */
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Refusal } from "#db/protocol/errors";
import { resources } from "#db/tables/index";
import { parseWith } from "../../http/body.ts";
import type { Call } from "../../http/call.ts";
import { jsonSchema } from "../../http/openapi/components.ts";
import { open, type Parameter, type Route, route } from "../../http/route.ts";
import { toRefusal } from "../../http/to-refusal.ts";
import { notAuthenticated } from "../../identity/not-authenticated.ts";
import { guardOfUser } from "../../identity/profile.ts";
import { answerLogin, loginAnswer, secretly } from "../../login/answers.ts";
import { recordAuth } from "../../login/auth-event.ts";
import { openLogin } from "../../login/sessions.ts";
import { throttledByAddress } from "../../login/throttled.ts";
import type { Person } from "../claims.ts";
import { writeCookie } from "../cookie.ts";
import { typedCode } from "../device-machine.ts";
import * as login from "../login.ts";
import { handTo, loopbackRedirect } from "../loopback.ts";
import { donePage } from "../pages.ts";
import { type Admitted, admitPerson } from "../people.ts";
import { codeChallenge, codeVerifier, proves, unguessable } from "../pkce.ts";
import type { KnownProvider } from "../provider.ts";
import { firstUse, ONCE_MS, openStep, sealStep } from "../sealed.ts";
import { CONFIRM_PATH, DEVICE_COOKIE, sealConfirmer } from "./device-pages.ts";

const { user } = resources;

const begun = z.object({
  redirect_uri: z.string().max(2048),
  state: z.string().regex(/^[\x21-\x7e]{1,512}$/, "must be 1 to 512 printable characters"),
  code_challenge: codeChallenge,
  code_challenge_method: z.literal("S256"),
});

/** For how long the program's code is good, in milliseconds: it waits for nothing but this. */
const CODE_MS = 60_000;

const oneTimeCode = z.object({ id: z.string(), userId: z.string(), challenge: z.string(), target: z.string() });

const exchanged = z.strictObject({
  code: z.string().min(1).max(4096).describe("As it came to the redirect URI."),
  codeVerifier: codeVerifier.describe("What the code challenge was made from."),
  redirectUri: z.string().min(1).max(2048).describe("As it was given at the beginning."),
});

const needed = (about: string, name: keyof typeof begun.shape): Parameter => ({
  about,
  schema: jsonSchema(begun.shape[name], "input"),
  required: true,
});

const toProvider = { Location: "The provider's, or the program's with an error." };

export const ssoRoutes: readonly Route[] = [
  route(
    "GET",
    "/api/v1/auth/oidc/authorize",
    open("this is where somebody without a credential begins to get one"),
    {
      tag: "auth",
      summary: "Begin a login at the provider for a program on this machine; a browser is sent there (RFC 8252).",
      query: {
        redirect_uri: needed("Where the program listens: http on 127.0.0.1, [::1] or localhost.", "redirect_uri"),
        state: needed("Comes back with the code.", "state"),
        code_challenge: needed("S256 of the program's code verifier (RFC 7636).", "code_challenge"),
        code_challenge_method: needed("How it was made.", "code_challenge_method"),
      },
      answer: { status: 302, headers: toProvider },
    },
    async (call) => {
      const given = parseWith(begun, Object.fromEntries(call.url.searchParams));
      const target = loopbackRedirect(given.redirect_uri).href;
      const purpose = { for: "program", target, state: given.state, challenge: given.code_challenge } as const;
      try {
        return await login.begin(call, login.providerOf(call), purpose);
      } catch (error) {
        return tellProgram(purpose, toRefusal(error));
      }
    },
  ),
  route(
    "GET",
    "/api/v1/auth/oidc/device",
    open("this is where somebody without a credential begins to confirm a device"),
    {
      tag: "auth",
      summary: "Begin a login at the provider to confirm a device; a browser is sent there.",
      query: { code: "What the device shows, where it is known." },
      answer: { status: 302, headers: toProvider },
    },
    (call) => {
      const code = typedCode(call.url.searchParams.get("code") ?? "");
      return login.begin(call, login.providerOf(call), { for: "device", ...(code ? { code } : {}) });
    },
  ),
  route(
    "GET",
    login.CALLBACK,
    open("the provider sends the browser back here, and what it brings is checked"),
    {
      tag: "auth",
      summary: "Where the provider sends the browser back to.",
      query: { state: "Of the login.", code: "The provider's.", error: "Instead of a code.", iss: "The provider." },
      answer: { status: 302, headers: { Location: "Where the login goes on." } },
      refuses: [429],
    },
    comeBack,
  ),
  route(
    "POST",
    "/api/v1/auth/oidc/token",
    open("the one-time code and what proves whose it is are the credential"),
    {
      tag: "auth",
      summary: "Exchange the one-time code of a login at the provider for a session. It is good for one minute, once.",
      body: exchanged,
      answer: { status: 200, schema: loginAnswer },
      refuses: [401, 429],
    },
    async (call) => {
      const given = await call.json(exchanged);
      const found = await throttledByAddress(call, "sso", () => redeem(call, given));
      return secretly(await openSession(call, found, { via: "sso" }));
    },
    { strict: false },
  ),
  route(
    "GET",
    "/login/done",
    open("it says that a window can be closed, and nothing else"),
    { tag: "auth", summary: "The page on which a program's login ends in the browser." },
    () => donePage(),
  ),
];

async function comeBack(call: Call): Promise<Response> {
  const known = login.providerOf(call);
  const seen: Seen = {};
  try {
    return await throttledByAddress(call, "sso", () => letIn(call, known, seen));
  } catch (error) {
    const refusal = toRefusal(error);
    const { back, person } = seen;
    if (!back) throw refusal;
    const account = person?.email ?? person?.subject ?? "sso";
    recordAuth(call, { action: "login-failed", account, via: "sso", reason: refusal.code, why: refusal.message });
    const { purpose } = back.attempt;
    if (purpose.for === "program" && refusal.code !== "internal") return tellProgram(purpose, refusal, [back.cookie]);
    throw refusal;
  }
}

/** What is known of a login when it fails. */
interface Seen {
  back?: login.Returned;
  person?: Person;
}

async function letIn(call: Call, known: KnownProvider, seen: Seen): Promise<Response> {
  const { deps } = call;
  const { attempt, cookie } = await login.returned(call, known);
  seen.back = { attempt, cookie };
  if (!(await firstUse(deps.env.COUNTER, `state ${attempt.state}`)))
    throw login.startAgain("This login has been used already.");
  const person = await login.vouched(call, known, attempt);
  seen.person = person;
  const admitted = await admitPerson(deps.store, person, known.settings);
  await announce(call, person, admitted);
  const { purpose } = attempt;
  const userId = admitted.user.id;
  if (purpose.for === "device") {
    const base = login.baseOf(call, known.settings);
    const sealed = await sealConfirmer(call, { userId, csrf: unguessable(), code: purpose.code });
    const confirmer = writeCookie(DEVICE_COOKIE, sealed, ONCE_MS / 1000, login.isSecure(base));
    return login.sendTo(base + CONFIRM_PATH, [cookie, confirmer], 303);
  }
  const made: z.infer<typeof oneTimeCode> = {
    id: unguessable(),
    userId,
    challenge: purpose.challenge,
    target: purpose.target,
  };
  const code = await sealStep(deps.settings, "code", made, Date.now() + CODE_MS);
  return login.sendTo(handTo(purpose.target, { code, state: purpose.state }), [cookie]);
}

/** Whoever may hold a copy, and the trail, learn what the login has changed. */
async function announce(
  call: Call,
  person: Person,
  { user: who, did, created, joined, left }: Admitted,
): Promise<void> {
  if (created) {
    await call.deps.changes.emit(created);
    recordAuth(call, { action: "user-created", account: who.name, via: "sso", email: who.email });
  }
  const { issuer, subject } = person;
  if (did !== "log-in") recordAuth(call, { action: "identity-linked", account: who.name, issuer, subject });
  if (joined.length + left.length === 0) return;
  await call.deps.access.credentialsChanged(guardOfUser(who.id));
  recordAuth(call, { action: "groups-changed", account: who.name, issuer, joined, left });
}

async function redeem(call: Call, given: z.infer<typeof exchanged>) {
  const code = await openStep(call.deps.settings, "code", oneTimeCode, given.code, Date.now());
  const right =
    code && proves(given.codeVerifier, code.challenge) && loopbackRedirect(given.redirectUri).href === code.target;
  // Proven first: a guess must not use up somebody's code.
  if (!right || !(await firstUse(call.deps.env.COUNTER, `code ${code.id}`))) {
    recordAuth(call, { action: "login-failed", account: "sso", via: "sso", reason: "not_authenticated" });
    throw notAuthenticated();
  }
  return code.userId;
}

/** The same session as after a password. @throws Refusal not_authenticated where the user has gone meanwhile */
export async function openSession(
  call: Call,
  userId: string,
  facts: { via: string },
): Promise<z.infer<typeof loginAnswer>> {
  const { store, access } = call.deps;
  const [found] = await store.db
    .select({ id: user.id, name: user.name, email: sql<string>`${user.spec}->>'email'` })
    .from(user)
    .where(eq(user.id, userId));
  if (!found) throw notAuthenticated();
  const opened = await openLogin(store.db, found.id, login.clientOf(call).client);
  await access.credentialsChanged(guardOfUser(found.id));
  recordAuth(call, { action: "login", account: found.name, ...facts });
  return answerLogin(call, found, opened);
}

/** As OAuth tells it (RFC 6749, 4.1.2.1), with our own codes and words. */
function tellProgram(
  { target, state }: { target: string; state: string },
  refusal: Refusal,
  cookies: readonly string[] = [],
): Response {
  const { message, details, code } = refusal;
  const words = details.hint ? `${message} ${details.hint}` : message;
  return login.sendTo(handTo(target, { error: code, error_description: words, state }), cookies);
}
