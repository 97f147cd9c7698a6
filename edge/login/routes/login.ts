import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { isSound } from "#db/schema/validate";
import { password, resources } from "#db/tables/index";
import type { Call } from "../../http/call.ts";
import { authenticated, open, type Route, route } from "../../http/route.ts";
import { notAuthenticated } from "../../identity/not-authenticated.ts";
import { guardOfUser } from "../../identity/profile.ts";
import { answerLogin, loginAnswer, secretly } from "../answers.ts";
import { recordAuth } from "../auth-event.ts";
import { loginEnded } from "../login-ended.ts";
import { verifyPassword } from "../password.ts";
import { successorKey } from "../refresh-token.ts";
import { endSession, openLogin, renewLogin } from "../sessions.ts";
import { throttled } from "../throttled.ts";

const { user } = resources;

const loginBody = z.strictObject({
  email: z.string().min(1).max(253).toLowerCase().refine(isSound, "contains what no address does"),
  password: z.string().min(1).max(256),
});
const refreshBody = z.strictObject({ refreshToken: z.string().min(1).max(256) });

const columns = { id: user.id, name: user.name, email: sql<string>`${user.spec}->>'email'` };

export const loginRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/auth/login",
    open("the password in the body is the credential"),
    {
      tag: "auth",
      summary: "Log in with e-mail address and password.",
      body: loginBody,
      answer: { status: 200, schema: loginAnswer },
      refuses: [401, 429],
    },
    async (call) => {
      const given = await call.json(loginBody);
      const { oidc } = call.deps.settings;
      if (oidc.is === "on" && !oidc.provider.passwords)
        refuse("unsupported", `This edge takes no passwords: people log in with ${oidc.provider.name}.`, {
          hint: "Log in with `mcpctl login --sso`.",
        });
      const found = await throttled(call, given.email, () => checkPassword(call, given));
      const name = call.request.headers.get("user-agent")?.slice(0, 200) ?? "unknown";
      const login = await openLogin(call.deps.store.db, found.id, name);
      await call.deps.access.credentialsChanged(guardOfUser(found.id));
      recordAuth(call, { action: "login", account: found.name });
      return secretly(await answerLogin(call, found, login));
    },
    { strict: false },
  ),
  route(
    "POST",
    "/api/v1/auth/refresh",
    open("the refresh token in the body is the credential"),
    {
      tag: "auth",
      summary:
        "Renew a login. Its refresh token is good for one renewal, whose answer it gives again for a minute; using it later ends the login.",
      body: refreshBody,
      answer: { status: 200, schema: loginAnswer },
      refuses: [401],
    },
    async (call) => {
      const { refreshToken } = await call.json(refreshBody);
      const { store, settings, access } = call.deps;
      const renewal = await renewLogin(store.db, successorKey(settings), refreshToken);
      if (renewal.is === "unknown") throw notAuthenticated();
      if (renewal.is === "ended") throw loginEnded(renewal.because);
      const [found] = await store.db.select(columns).from(user).where(eq(user.id, renewal.userId));
      if (!found) throw notAuthenticated();
      const about = { account: found.name, session: renewal.sessionId };
      if (renewal.is === "reused") {
        await access.credentialsChanged(guardOfUser(renewal.userId));
        recordAuth(call, { action: "refresh-reused", ...about });
        throw loginEnded("reused");
      }
      if (renewal.is === "repeated") recordAuth(call, { action: "refresh-repeated", ...about });
      return secretly(await answerLogin(call, found, renewal));
    },
    { strict: false },
  ),
  route(
    "POST",
    "/api/v1/auth/logout",
    authenticated,
    { tag: "auth", summary: "End the login that this request is made with.", answer: { status: 204 } },
    async (call) => {
      const { principal } = call.caller;
      const pointer = await call.deps.access.pointerOf(call.request);
      if (principal.kind !== "User" || principal.tokenName !== undefined || !pointer)
        refuse("unsupported", "This request was made with a token, and only a login can be logged out.", {
          hint: "Delete the token to end it: `DELETE /api/v1/auth/tokens/NAME`.",
        });
      await endSession(call.deps.store.db, pointer.credential, "logged-out");
      await call.deps.access.credentialsChanged(pointer.guard);
      recordAuth(call, { action: "logout" });
      return new Response(null, { status: 204 });
    },
  ),
];

/** @throws Refusal not_authenticated, after the same time whether the account is unknown, has no password or has another */
async function checkPassword(call: Call, given: z.infer<typeof loginBody>) {
  const [found] = await call.deps.store.db
    .select({ ...columns, hash: password.hash })
    .from(user)
    .leftJoin(password, eq(password.userId, user.id))
    .where(sql`${user.spec}->>'email' = ${given.email}`);
  if (!(await verifyPassword(given.password, found?.hash ?? undefined)) || !found) {
    recordAuth(call, { action: "login-failed", account: given.email });
    throw notAuthenticated();
  }
  return { id: found.id, name: found.name, email: found.email };
}
