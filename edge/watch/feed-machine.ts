/**
 * When the object of a kind looks at the log of changes: when a write tells it to, and now and then anyway, but only while
 * somebody watches. Pure; the shell is feed.ts.
 */
import { lookAfterFailure, lookAnyway, lookWhileUntold, nobodyFor } from "./times.ts";

export interface Feed {
  watchers: number;
  looking: boolean;
  /** Told of a write while looking: that look may have missed it. */
  again: boolean;
  /** Until then there may be isolates that believe nobody watches, and tell nothing. */
  untoldUntil: number;
  /** When it looks by itself; undefined: never. */
  lookAt: number | undefined;
}

export const idle: Feed = { watchers: 0, looking: false, again: false, untoldUntil: 0, lookAt: undefined };

export type Event =
  | { is: "joined" }
  | { is: "left" }
  /** Something was written. */
  | { is: "told" }
  | { is: "looked"; more: boolean }
  | { is: "failed" }
  /** It is time to look. */
  | { is: "due" };

/** Whether to look now; the result is told by `looked` or `failed`. */
export interface Transition {
  feed: Feed;
  look: boolean;
}

export function step(feed: Feed, event: Event, now: number): Transition {
  switch (event.is) {
    case "joined": {
      const first = feed.watchers === 0;
      return look(
        { ...feed, watchers: feed.watchers + 1, untoldUntil: first ? now + 2 * nobodyFor : feed.untoldUntil },
        first,
      );
    }
    case "left": {
      const watchers = Math.max(0, feed.watchers - 1);
      return { feed: watchers === 0 ? { ...idle, looking: feed.looking } : { ...feed, watchers }, look: false };
    }
    case "told":
    case "due":
      return look(feed, feed.watchers > 0);
    case "looked": {
      const next = { ...feed, looking: false, again: false };
      if (feed.watchers === 0) return { feed: next, look: false };
      if (event.more || feed.again) return look(next, true);
      return { feed: { ...next, lookAt: now + (now < feed.untoldUntil ? lookWhileUntold : lookAnyway) }, look: false };
    }
    case "failed": {
      const lookAt = feed.watchers === 0 ? undefined : now + lookAfterFailure;
      return { feed: { ...feed, looking: false, again: false, lookAt }, look: false };
    }
  }
}

function look(feed: Feed, wanted: boolean): Transition {
  if (!wanted) return { feed, look: false };
  if (feed.looking) return { feed: { ...feed, again: true }, look: false };
  return { feed: { ...feed, looking: true, again: false, lookAt: undefined }, look: true };
}
