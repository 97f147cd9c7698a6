import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { user } from "#db/kinds/user";
import { dnsLabel } from "#db/schema/field";
import { open, type Route, route } from "../../http/route.ts";
import { notAuthenticated } from "../../identity/not-authenticated.ts";
import { answerLogin, loginAnswer, secretly } from "../answers.ts";
import { recordAuth } from "../auth-event.ts";
import { bootstrap } from "../bootstrap.ts";
import { hashPassword } from "../password.ts";
import { throttled } from "../throttled.ts";

const body = z.strictObject({
  secret: z.string().min(1).max(1024).describe("BOOTSTRAP_SECRET of the edge."),
  name: dnsLabel,
  email: user.spec.shape.email,
  password: user.spec.shape.password.unwrap(),
});

export const bootstrapRoutes: readonly Route[] = [
  route(
    "POST",
    "/api/v1/auth/bootstrap",
    open("nobody has a credential yet; the one-time secret is checked here"),
    {
      tag: "auth",
      summary: "Create the first administrator with the edge's one-time secret.",
      body,
      answer: { status: 201, schema: loginAnswer.extend({ token: z.string().describe("A long-lived bearer.") }) },
      refuses: [401, 429],
    },
    async (call) => {
      const given = await call.json(body);
      const { settings, store, changes } = call.deps;
      await throttled(call, "bootstrap", async () => {
        if (settings.bootstrapSecret === undefined || !sameSecret(given.secret, settings.bootstrapSecret)) {
          recordAuth(call, { action: "login-failed", account: "bootstrap" });
          throw notAuthenticated();
        }
      });
      const { name, email } = given;
      const passwordHash = await hashPassword(given.password);
      const made = await bootstrap(store, { name, email, passwordHash });
      await changes.emit(...made.changes);
      recordAuth(call, { action: "bootstrap", account: name });
      const login = await answerLogin(call, { id: made.userId, name, email }, made.login);
      return secretly({ ...login, token: made.token.token }, 201);
    },
    { strict: false },
  ),
];

/** Digests are compared, so that not even the length shows in the time taken. */
function sameSecret(a: string, b: string): boolean {
  const digest = (s: string) => createHash("sha256").update(s).digest();
  return timingSafeEqual(digest(a), digest(b));
}
