/** What is noticed while the runtime moves a stream by itself: by looks at its copy, a second apart, since a look has its cost. */
import type { Refusal } from "#db/protocol/errors";
import type { Copy } from "./copy.ts";
import { fellSilent, overdue } from "./refusals.ts";
import type { Filler, RelayOptions } from "./relay-options.ts";

/** Milliseconds between looks. */
const LOOK = 1_000;
/** … where a comment is due, and nobody knows yet whether there is silence. */
const SOON = 50;
/** … until a stream that has said its last is let go: what came together with it, its own end above all, is here by then. */
const LAST_LOOK = 500;
/** … where the client takes nothing: each look then makes the provider's next block wait here for the client. */
const LONGEST_LOOK = 30_000;

/**
 * Bytes per millisecond, 16 Mbit/s, that a client is trusted to have taken. What is on its way to one that is slower would be
 * lost with an interruption, and the connection with it. Models speak at a hundredth of that.
 */
const TAKEN = 2_048;

/** What is watched for; times in milliseconds since the epoch. */
export interface Limits {
  /** Since when the client has heard nothing. */
  quietSince: number;
  /** Milliseconds of silence after which the provider has failed. */
  idleMs: number;
  /** When the whole must have been said; Infinity: whenever it is. */
  due: number;
  /** What may be said in its silence. */
  filler: Filler | undefined;
}

/** What a look comes to. */
export type LookFinding =
  | { is: "idle" | "overdue" | "done" | "silent" }
  /** @param after milliseconds until the next look. */
  | { is: "running"; after: number };

/** What a look sees; times in milliseconds since the epoch. */
export interface Seen {
  now: number;
  /** When the stream began here. */
  since: number;
  /** Whether nothing came since the last look. */
  silence: boolean;
  /** When anything came last, as far as is known; 0: never. */
  heardAt: number;
  /** Bytes that have come. */
  size: number;
  betweenEvents: boolean;
  done: boolean;
  fullBlock: boolean;
}

/** @param before milliseconds between the last look and this one. */
export function judgeLook(seen: Seen, { quietSince, idleMs, due, filler }: Limits, before: number): LookFinding {
  const { now, since, silence, heardAt, size } = seen;
  const quiet = now - Math.max(heardAt, since);
  const untilComment = filler ? Math.max(heardAt, quietSince) + filler.afterMs - now : Number.POSITIVE_INFINITY;
  const taken = now - since >= size / TAKEN;
  if (now >= due) return { is: "overdue" };
  if (seen.done && taken && quiet >= LAST_LOOK) return { is: "done" };
  if (silence && quiet >= idleMs) return { is: "idle" };
  if (silence && taken && untilComment <= 0 && seen.betweenEvents) return { is: "silent" };
  const usual = seen.done ? LAST_LOOK : seen.fullBlock ? Math.min(before * 2, LONGEST_LOOK) : LOOK;
  // Two looks find out a silence: the first takes what has gathered, the second finds that nothing came.
  const untilIdle = silence ? idleMs - quiet : idleMs / 2;
  const untilDue = untilComment > 0 ? untilComment : silence ? usual : SOON;
  const soonest = Math.min(usual, untilIdle, due - now, seen.fullBlock ? usual : untilDue);
  return { is: "running", after: Math.max(1, soonest) };
}

/**
 * @param interrupt takes the stream out of the runtime's hands: it is silent between two events, and something is to be said in
 * its silence; or it is done, and its connection stays open.
 * @returns what ends the watch.
 */
export function watch(
  copy: Copy,
  options: Pick<RelayOptions, "target" | "alarm" | "quietSince" | "due" | "events" | "onLong">,
  end: (refusal: Refusal) => void,
  interrupt: (because: "silent" | "done") => void,
): () => void {
  const { target, alarm, quietSince, due, events } = options;
  const since = Date.now();
  let onLong: (() => void) | undefined = options.onLong;
  const idleMs = target.spec.timeouts.idle;
  const filler = events?.filler;
  const limits: Limits = { quietSince, idleMs, due, filler };
  const untilComment = filler ? Math.max(SOON, quietSince + filler.afterMs - since) : Number.POSITIVE_INFINITY;
  let wait = Math.max(1, Math.min(LOOK, untilComment, idleMs / 2, due - since));
  let watching = true;
  const taken = () => {
    if (watching && copy.done) alarm.set(LAST_LOOK, look);
  };
  const look = () => {
    const now = Date.now();
    const silence = copy.look(taken);
    const { heardAt, size, fullBlock } = copy;
    const betweenEvents = silence && copy.betweenEvents;
    const found = judgeLook(
      { now, since, silence, heardAt, size, betweenEvents, done: copy.done, fullBlock },
      limits,
      wait,
    );
    if (onLong && now - since >= LOOK) {
      onLong();
      onLong = undefined;
    }
    switch (found.is) {
      case "running":
        wait = found.after;
        return alarm.set(wait, look);
      case "idle":
        return end(fellSilent(target));
      case "overdue":
        return end(overdue(target));
      default:
        watching = false;
        return interrupt(found.is);
    }
  };
  alarm.set(wait, look);
  return () => {
    watching = false;
    alarm.clear();
  };
}
