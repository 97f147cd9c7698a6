/** How long to wait before trying the edge again: exponential with full jitter, so that a thousand programs don't return at once. */

export interface Waits {
  /** Milliseconds of the first wait at most, and of any. */
  first: number;
  most: number;
}

/** An edge that restarts must have its publishers back within five seconds. */
export const swift: Waits = { first: 250, most: 4_000 };
/** For who only looks: an edge that is away for an hour is not asked every four seconds. */
export const patient: Waits = { first: 500, most: 30_000 };

/**
 * @param attempt 0 for the first try after a failure.
 * @param random from 0 to 1.
 * @returns milliseconds.
 */
export function backoff(attempt: number, random: number, { first, most }: Waits = swift): number {
  return Math.round(random * Math.min(most, first * 2 ** Math.min(attempt, 10)));
}
