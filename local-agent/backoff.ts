/** How long to wait before trying the edge again: exponential with full jitter, so that a thousand agents don't return at once. */
const FIRST = 250;
/** An edge that restarts must have its publishers back within five seconds. */
const MOST = 4_000;

/**
 * @param attempt 0 for the first try after a failure.
 * @param random from 0 to 1.
 * @returns milliseconds.
 */
export function backoff(attempt: number, random: number): number {
  return Math.round(random * Math.min(MOST, FIRST * 2 ** Math.min(attempt, 10)));
}
