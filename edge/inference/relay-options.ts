/** What a relay is told of its stream. */
import type { Refusal } from "#db/protocol/errors";
import type { Dialect } from "./dialects/dialect.ts";
import { SILENCE } from "./exchange-machine.ts";
import type { MovingDeadline } from "./moving-deadline.ts";
import { comment } from "./stream-events.ts";
import type { Target } from "./target.ts";

export interface RelayOptions {
  /** Whose answer it is: what a refusal names, and how long it may be silent. */
  target: Target;
  /** Is the relay's from now on. */
  alarm: MovingDeadline;
  /** When the request came, milliseconds since the epoch. */
  startedAt: number;
  /** Since when the client has heard nothing. */
  quietSince: number;
  /** When the whole must have been said; Infinity: whenever it is. */
  due: number;
  /** Bytes that were read already. */
  first: Uint8Array | undefined;
  /** Undefined for what is no stream of events: it ends when it ends, and is broken off where it fails. */
  events: EventStream | undefined;
  /** Called once where the stream lasts longer than a second. */
  onLong: () => void;
  /** Of the client's request. */
  signal: AbortSignal;
}

export interface EventStream {
  /** Reads how it ended. */
  dialect: Pick<Dialect, "ending" | "saysDone">;
  /** How many choices were asked for. */
  choices: number;
  /** Whether it must say its end; else one that ended unbroken is whole. */
  terminated: boolean;
  /** The event that it is told where it fails, as its client reads one; undefined: it is broken off. */
  refusal: ((refusal: Refusal) => string) | undefined;
  filler: Filler;
}

/** What to say between events to a client that has heard nothing for `afterMs` milliseconds. */
export interface Filler {
  bytes: Uint8Array;
  afterMs: number;
}

const filler: Filler = { bytes: comment, afterMs: SILENCE };

/** @param path at the provider, as the edge names it. */
export function eventStream(
  dialect: Dialect,
  path: string,
  choices: number,
  refusal: EventStream["refusal"],
): EventStream {
  return { dialect, choices, terminated: dialect.terminates(path), refusal, filler };
}
