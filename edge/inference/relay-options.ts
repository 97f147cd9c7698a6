/** What a relay is told of its stream. */
import type { Refusal } from "#db/protocol/errors";
import type { Dialect, Ending } from "./dialects/dialect.ts";
import type { MovingDeadline } from "./moving-deadline.ts";

export interface RelayOptions {
  /** Is the relay's from now on. */
  alarm: MovingDeadline;
  /** When the request came, milliseconds since the epoch. */
  startedAt: number;
  /** Since when the client has heard nothing. */
  quietSince: number;
  /** Milliseconds of silence after which the provider has failed. */
  idleMs: number;
  /** When the whole must have been said; Infinity: whenever it is. */
  due: number;
  /** Bytes that were read already. */
  first: Uint8Array | undefined;
  /** What the last bytes say of the end; undefined: nothing. */
  ending: ((tail: string, truncated: boolean) => Ending) | undefined;
  /** Likewise while it runs. */
  saysDone: Dialect["saysDone"] | undefined;
  /** Whether a stream must say its end; else one that ended unbroken is whole. */
  terminated: boolean;
  /** The event that a broken stream is told, as its client reads one; undefined: it is broken off. */
  event: ((refusal: Refusal) => string) | undefined;
  /** Makes the refusals that only the caller can word. */
  cut: (cause: unknown) => Refusal;
  idle: () => Refusal;
  overdue: () => Refusal;
  /** What to say between events to a client that has heard nothing for `afterMs` milliseconds. */
  filler: { bytes: Uint8Array; afterMs: number } | undefined;
  /** Called once where the stream lasts longer than a second. */
  onLong: () => void;
  /** Of the client's request. */
  signal: AbortSignal;
}
