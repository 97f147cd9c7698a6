/** Who is calling, and whether they still are: what the rest of the edge uses of this folder. */
import type { Changes } from "../changes.ts";
import type { Env, Settings } from "../env.ts";
import type { Route } from "../http/route.ts";
import type { Store } from "../store.ts";
import { Authenticator } from "./authenticate.ts";
import { invalidateOnChange, notify } from "./invalidation.ts";
import type { Caller } from "./principal.ts";
import type { Pointer } from "./profile.ts";
import { bootstrapRoutes } from "./routes/bootstrap.ts";
import { deviceRoutes } from "./routes/device.ts";
import { devicePageRoutes } from "./routes/device-pages.ts";
import { identityRoutes } from "./routes/identities.ts";
import { loginRoutes } from "./routes/login.ts";
import { mcptokenRoutes } from "./routes/mcptokens.ts";
import { methodRoutes } from "./routes/methods.ts";
import { reviewRoutes } from "./routes/review.ts";
import { ssoRoutes } from "./routes/sso.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { whoamiRoutes } from "./routes/whoami.ts";
import { type Needed, type Standing, watchStanding } from "./standing.ts";

export type { Standing } from "./standing.ts";

type WaitUntil = (work: Promise<unknown>) => void;

export interface Access {
  /** At once where the caller is known. @throws Refusal not_authenticated (one text whatever is wrong), store_unavailable */
  authenticate(request: Request, waitUntil: WaitUntil): Caller | Promise<Caller>;
  /**
   * For a stream: a signal that aborts, with the Refusal to end it with, within 5 s of the caller losing what is needed.
   * Call `release()` when the stream has ended.
   */
  stillAllowed(call: { request: Request; waitUntil: WaitUntil }, needed: Needed): Standing;
  /** Where the credential of an admitted request is judged, and as what. */
  pointerOf(request: Request): Promise<Pointer | undefined>;
  /** A credential of this Guard's principal was given or taken back: tells the Guard, and forgets here, before it returns. */
  credentialsChanged(guard: string): Promise<void>;
}

export function createAccess(deps: { env: Env; settings: Settings; store: Store; changes: Changes }): Access {
  const authenticator = new Authenticator(deps);
  const telling = { ...deps, forget: (guards: ReadonlySet<string>) => authenticator.forget(guards) };
  invalidateOnChange(telling);
  return {
    authenticate: (request, waitUntil) => authenticator.authenticate(request, waitUntil),
    stillAllowed: (call, needed) => watchStanding(authenticator, call, needed),
    pointerOf: (request) => authenticator.pointerOf(request),
    credentialsChanged: (guard) => notify(telling, new Set([guard])),
  };
}

export const accessRoutes: readonly Route[] = [
  ...bootstrapRoutes,
  ...loginRoutes,
  ...methodRoutes,
  ...ssoRoutes,
  ...deviceRoutes,
  ...devicePageRoutes,
  ...tokenRoutes,
  ...whoamiRoutes,
  ...mcptokenRoutes,
  ...identityRoutes,
  ...reviewRoutes,
];
