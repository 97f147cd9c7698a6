/** Who is calling, and whether they still are: what the rest of the edge uses of this folder. */
import type { Changes } from "../changes.ts";
import type { Objects } from "../objects/named.ts";
import type { Demand } from "../rights/decide.ts";
import type { Settings } from "../settings.ts";
import type { Store } from "../store.ts";
import { Authenticator } from "./authenticate.ts";
import type { GuardPort } from "./guard-port.ts";
import { accountWanted } from "./impersonation.ts";
import { invalidateOnChange, notify } from "./invalidation.ts";
import type { Caller } from "./principal.ts";
import type { Pointer } from "./profile.ts";
import { type Needed, type Standing, watchStanding } from "./standing.ts";
import type { Dependent } from "./tellers.ts";
import { type Look, type Tie, tieOf } from "./tie.ts";
import { depend, lookAt, release } from "./ties.ts";

export type { Demand } from "../rights/decide.ts";
export type { Standing } from "./standing.ts";
export type { Dependent } from "./tellers.ts";
export type { Look, Tie } from "./tie.ts";

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
  /** What a session hangs on that an admitted request opens. To be kept with the session: it holds no credential. */
  tieOf(request: Request): Promise<Tie | undefined>;
  /** Whether a session may go on that hangs on this and needs that. */
  lookAt(tie: Tie, demand: Demand): Promise<Look>;
  /** Has a session told when something changes. @throws Refusal unsupported, store_unavailable */
  depend(tie: Tie, dependent: Dependent): Promise<void>;
  /** A session has ended, or hangs on these no longer. */
  release(guards: readonly string[], dependent: Dependent): Promise<void>;
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
    pointerOf: async (request) => (await authenticator.foundFor(request))?.pointer,
    tieOf: async (request) => {
      const found = await authenticator.foundFor(request);
      return found && tieOf(found, accountWanted(request.headers));
    },
    lookAt: (tie, demand) => lookAt(deps.guards, tie, demand),
    depend: (tie, dependent) => depend(deps.guards, tie, dependent),
    release: (guards, dependent) => release(deps.guards, guards, dependent),
    credentialsChanged: (guard) => notify(telling, new Set([guard])),
  };
}
