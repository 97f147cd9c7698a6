/** Delay before a retry: exponential with full jitter, so that a thousand programs don't retry at the same time. */

export interface Waits {
  /** Maximum of the first delay and of every delay, in milliseconds. */
  first: number;
  most: number;
}

/** An edge that restarts must have its publishers back within five seconds. */
export const swift: Waits = { first: 250, most: 4_000 };
/** For a watch: it does not ask an edge every four seconds during a long outage. */
export const patient: Waits = { first: 500, most: 30_000 };

/**
 * @param attempt 0 for the first try after a failure.
 * @param random from 0 to 1.
 * @returns milliseconds.
 */
export function backoff(attempt: number, random: number, { first, most }: Waits = swift): number {
  return Math.round(random * Math.min(most, first * 2 ** Math.min(attempt, 10)));
}
