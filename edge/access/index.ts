/** Who is calling, and whether they still are: what the rest of the edge uses of this folder. */
import type { Changes } from "../changes.ts";
import type { Objects } from "../objects/named.ts";
import type { Settings } from "../settings.ts";
import type { Store } from "../store.ts";
import { Authenticator } from "./authenticate.ts";
import type { GuardPort } from "./guard-port.ts";
import { invalidateOnChange, notify } from "./invalidation.ts";
import type { Caller } from "./principal.ts";
import type { Pointer } from "./profile.ts";
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

export function createAccess(deps: {
  guards: Objects<GuardPort>;
  settings: Settings;
  store: Store;
  changes: Changes;
}): Access {
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
