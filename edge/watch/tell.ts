/** A write tells the object of its kind, after the answer and without anybody waiting; not where nobody watches. */
import { waitUntil } from "cloudflare:workers";
import { writtenWith } from "#db/kinds/family";
import { type TableKindName, tableKinds } from "#db/kinds/index";
import type { Changes } from "../changes.ts";
import type { Objects } from "../objects/named.ts";
import { nobodyFor } from "./times.ts";

/** What the object of a kind does, for who writes and who follows. */
export interface FeedPort {
  /** Answers with a stream of lines. */
  fetch(url: string): Promise<Response>;
  /** Something of its kind was written. @returns whether anybody watches it. */
  told(): Promise<boolean>;
}

export interface Feeds {
  /** The object of a kind. From here on writes of this isolate are told to it. */
  follow(kind: TableKindName): FeedPort;
}

export function createFeeds({ feeds, changes }: { feeds: Objects<FeedPort>; changes: Changes }): Feeds {
  /** Kind → until when it is believed that nobody watches it. */
  const quiet = new Map<TableKindName, number>();
  const tell = async (kind: TableKindName) => {
    if ((quiet.get(kind) ?? 0) > Date.now()) return;
    // What was told in vain is found by the object itself, later.
    const watched = await feeds
      .getByName(kind)
      .told()
      .catch(() => true);
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
      return feeds.getByName(kind);
    },
  };
}
