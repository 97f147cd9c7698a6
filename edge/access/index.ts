/** Authentication: credential → caller. */
import { refuse } from "#db/protocol/errors";
import type { Changes } from "../changes.ts";
import type { Env, Settings } from "../env.ts";
import type { Route } from "../route.ts";
import type { Store } from "../store.ts";
import type { Caller } from "./principal.ts";

export interface Access {
  /** @throws Refusal not_authenticated (one text whatever is wrong), store_unavailable */
  authenticate(request: Request, waitUntil: (work: Promise<unknown>) => void): Promise<Caller>;
}

export function createAccess(_deps: { env: Env; settings: Settings; store: Store; changes: Changes }): Access {
  return {
    authenticate: () => refuse("not_authenticated", "The credential is missing or not valid."),
  };
}

export const accessRoutes: readonly Route[] = [];
