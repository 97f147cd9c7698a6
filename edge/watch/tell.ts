/** A write tells the object of its kind, after the answer and without anybody waiting; not where nobody watches. */
import { waitUntil } from "cloudflare:workers";
import { type TableKindName, tableKinds } from "#db/resources/index";
import type { Changes } from "../changes.ts";
import type { Env } from "../env.ts";
import { behaviours } from "../kinds/index.ts";
import { childrenOf } from "../resources/dependents.ts";
import type { Feed } from "./feed.ts";
import { nobodyFor } from "./times.ts";

export interface Feeds {
  /** The object of a kind. From here on writes of this isolate are told to it. */
  follow(kind: TableKindName): DurableObjectStub<Feed>;
}

export function createFeeds({ env, changes }: { env: Env; changes: Changes }): Feeds {
  /** Kind → until when it is believed that nobody watches it. */
  const quiet = new Map<TableKindName, number>();
  const tell = async (kind: TableKindName) => {
    if ((quiet.get(kind) ?? 0) > Date.now()) return;
    // What was told in vain is found by the object itself, later.
    const watched = await Promise.resolve(env.FEED.getByName(kind).told()).catch(() => true);
    if (watched) quiet.delete(kind);
    else quiet.set(kind, Date.now() + nobodyFor);
  };
  changes.on(
    tableKinds.map((k) => k.name),
    (changed) => {
      const kinds = tableKinds.filter((k) => changed.some((c) => c.kind === k.name));
      for (const written of new Set(kinds.flatMap((k) => [...writtenWith(k.name)]))) waitUntil(tell(written));
    },
  );
  return {
    follow(kind) {
      quiet.delete(kind);
      return env.FEED.getByName(kind);
    },
  };
}

/** A kind, what goes with it when it goes, and what its behaviour writes beside. */
export function writtenWith(kind: TableKindName): Set<TableKindName> {
  const found = new Set<TableKindName>();
  const add = (name: TableKindName) => {
    if (found.has(name)) return;
    found.add(name);
    for (const child of childrenOf(name)) add(child.name);
    for (const other of behaviours[name]?.alsoWrites ?? []) add(other);
  };
  add(kind);
  return found;
}
