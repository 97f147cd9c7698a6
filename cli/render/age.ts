/** Spans of time as kubectl writes them: the largest unit, two of them where one would be coarse. */

const units = [
  ["y", 31_536_000],
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** @param ms May be negative: a clock that is ahead. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  for (const [i, [unit, size]] of units.entries()) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    const [smaller, smallerSize] = units[i + 1] ?? ["", 1];
    const rest = smaller ? Math.floor((seconds % size) / smallerSize) : 0;
    // "1h30m", "2d4h", but "12d" and "45m": a second unit matters only while the first is small.
    return count < 5 && rest > 0 && unit !== "s" ? `${count}${unit}${rest}${smaller}` : `${count}${unit}`;
  }
  return "0s";
}

/** `3h ago`, `in 29d`. */
export function relative(instant: number, now: number): string {
  return instant > now ? `in ${span(instant - now)}` : `${span(now - instant)} ago`;
}
