/** How a copy of what somebody else knows ages, and what is done for a copy of that age. Pure; all times are milliseconds. */

export interface Ages {
  /** From here on it is asked for again while the copy answers; as long as `freshFor` where that is not wanted. */
  renewAfter: number;
  /** From here on it answers only where nothing newer can be had. */
  freshFor: number;
  /** From here on it answers no more. */
  staleFor: number;
}

export type Age = "young" | "ageing" | "old" | "gone";

/** @param at when the copy was made, since the epoch; undefined where there is none. */
export function ageOf(at: number | undefined, { renewAfter, freshFor, staleFor }: Ages, now: number): Age {
  if (at === undefined) return "gone";
  const age = now - at;
  if (age < renewAfter) return "young";
  if (age < freshFor) return "ageing";
  return age < staleFor ? "old" : "gone";
}
