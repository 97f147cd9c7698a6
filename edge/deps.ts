/** The edge's parts, wired by hand, once per isolate. */

import { type Audit, createAudit } from "./audit/index.ts";
import { type Changes, createChanges } from "./changes.ts";
import type { Env } from "./env.ts";
import { type Access, createAccess } from "./identity/index.ts";
import { createLlms, type Llms } from "./inference/directory.ts";
import { readSettings, type Settings } from "./settings.ts";
import { type Store, storeOf } from "./store.ts";
import { createFeeds, type Feeds } from "./watch/tell.ts";

export interface Deps {
  env: Env;
  settings: Settings;
  store: Store;
  access: Access;
  audit: Audit;
  changes: Changes;
  llms: Llms;
  feeds: Feeds;
}

const wired = new WeakMap<Env, Deps>();

export function depsOf(env: Env): Deps {
  let deps = wired.get(env);
  if (!deps) {
    const settings = readSettings(env);
    const store = storeOf(env);
    const audit = createAudit(env.AUDIT);
    const changes = createChanges();
    deps = {
      env,
      settings,
      store,
      audit,
      changes,
      access: createAccess({ guards: env.GUARD, settings, store, changes }),
      llms: createLlms({ settings, store, changes }),
      feeds: createFeeds({ feeds: env.FEED, changes }),
    };
    wired.set(env, deps);
  }
  return deps;
}
