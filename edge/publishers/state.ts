/** What is known of a provider session, and what of it survives a restart. Pure: times in milliseconds since the epoch, handed in. */
import type { ErrorCode } from "#db/protocol/errors";
import type { PublisherTimes } from "#db/protocol/publisher";
import type { Slots, Tasks } from "./queue.ts";

/** Named times at which something is due although nothing happens; they survive a restart. */
export const dueNames = ["channel", "heartbeat", "deletion", "rows", "standing"] as const;
export type Due = Partial<Record<(typeof dueNames)[number], number>>;

export interface Session {
  /** What the rows say, or will as soon as the store takes it. */
  presence: "active" | "inactive" | "gone";
  slots: Slots;
  llms: readonly string[];
  /** LLMs of this registration that somebody has deleted at the edge. */
  withdrawn: readonly string[];
  /** Why it has ended for good: what it was registered with counts no more. Another registration begins anew. */
  barred: Barred | undefined;
  /** As of when it was last known that its right stands. */
  confirmedAt: number;
  /** Since when it has been told of a change that nobody could read yet: it may have been a revocation. */
  unreadSince: number | undefined;
  /** Number of the open channel. */
  channel: number | undefined;
  /** Whether a channel has been open since the last registration: its publisher then has the answer to it. */
  connected: boolean;
  heartbeatAt: number;
  inactiveSince: number | undefined;
  tasks: Tasks;
  /** The last tasks that ended, so that a late result is told apart from one that never was asked for. */
  finished: readonly string[];
  due: Due;
}

export interface Barred {
  code: Extract<ErrorCode, "not_authenticated" | "not_allowed">;
  message: string;
}

export function unregistered(now: number): Session {
  return {
    presence: "gone",
    slots: { total: 1, of: {} },
    llms: [],
    withdrawn: [],
    barred: undefined,
    confirmedAt: 0,
    unreadSince: undefined,
    channel: undefined,
    connected: false,
    heartbeatAt: now,
    inactiveSince: undefined,
    tasks: new Map(),
    finished: [],
    due: {},
  };
}

/** What survives a restart: the channel and the tasks go with the process. What was kept by an older version lacks `connected`. */
export type Kept = Pick<Session, "presence" | "slots" | "llms" | "withdrawn" | "barred" | "inactiveSince" | "due"> &
  Partial<Pick<Session, "connected">>;

export function keep({ presence, slots, llms, withdrawn, barred, connected, inactiveSince, due }: Session): Kept {
  return { presence, slots, llms, withdrawn, barred, connected, inactiveSince, due };
}

/**
 * What a restarted object goes on with: its publisher may be back in seconds, and nobody has to notice. Whether it may still publish
 * is looked at all the same: nobody may have been there to be told that it may not.
 */
export function restored(kept: Kept, times: PublisherTimes, now: number): Session {
  const active = kept.presence === "active";
  const due = active ? { channel: now + times.channel, ...kept.due, standing: now } : kept.due;
  return {
    ...unregistered(active ? now : (kept.inactiveSince ?? now)),
    ...kept,
    connected: kept.connected ?? true,
    due,
  };
}
