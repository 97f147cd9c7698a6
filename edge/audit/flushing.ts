/** When the buffer writes to the store: pure. The one alarm of its object is all that it decides. */

/** Milliseconds after the first event, so that a flush has company. */
const GATHER = 500;
/** Pause after the first failure, in milliseconds, doubling up to the last. */
const FIRST_PAUSE = 1_000;
const LAST_PAUSE = 30_000;

export interface Flushing {
  /** When the alarm is due, milliseconds since the epoch; undefined: none is set. */
  alarmAt: number | undefined;
  /** Flushes that failed one after the other. */
  failures: number;
}

export type Happened =
  /** The object was made: with so many batches of an earlier life, and the alarm that was set then. */
  | { is: "loaded"; waiting: number; alarmAt: number | undefined }
  | { is: "appended" }
  /** A flush came to its end with so many batches left. */
  | { is: "flushed"; waiting: number }
  | { is: "failed" };

export interface Decision {
  state: Flushing;
  /** Set the alarm to this. */
  alarm: number | undefined;
}

export const idle: Flushing = { alarmAt: undefined, failures: 0 };

/** @param random in [0, 1): shards that failed together must not come back together. */
export function step(state: Flushing, happened: Happened, now: number, random: number): Decision {
  switch (happened.is) {
    case "loaded":
      if (happened.alarmAt !== undefined || happened.waiting === 0)
        return { state: { ...state, alarmAt: happened.alarmAt }, alarm: undefined };
      return due(state, now);
    case "appended":
      return state.alarmAt === undefined ? due(state, now + GATHER) : { state, alarm: undefined };
    case "flushed":
      return happened.waiting > 0 ? due(idle, now) : { state: idle, alarm: undefined };
    case "failed": {
      const pause = Math.min(LAST_PAUSE, FIRST_PAUSE * 2 ** state.failures);
      return due({ ...state, failures: state.failures + 1 }, Math.round(now + pause * (0.5 + random / 2)));
    }
  }
}

function due(state: Flushing, at: number): Decision {
  return { state: { ...state, alarmAt: at }, alarm: at };
}
