/** When a process that ended by itself is started again. Pure. */

const FIRST_MS = 250;
const LONGEST_MS = 15_000;
/** Whatever ran for so long was well: what comes after is a new trouble. */
const WELL_MS = 60_000;

export interface Trouble {
  /** Ends in a row. */
  count: number;
}

export const noTrouble: Trouble = { count: 0 };

/** @param ranMs how long it ran, 0 where it did not come up at all. */
export function afterEnd(trouble: Trouble, ranMs: number): { trouble: Trouble; waitMs: number } {
  const count = ranMs >= WELL_MS ? 1 : trouble.count + 1;
  return { trouble: { count }, waitMs: Math.min(FIRST_MS * 2 ** (count - 1), LONGEST_MS) };
}
