/** Spans of time as people write them: `90m`, `36h`, `2w`, `1h30m`. The one reader of them, for the edge and the CLI. Pure. */

/** Milliseconds. A year is 365 days: whoever needs a certain day writes the date. */
const units = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

const parts = Object.keys(units)
  .map((unit) => `(\\d{1,6}${unit})?`)
  .join("");

/** The greatest unit first, each at most once. */
export const spanForm = `(?=\\d)${parts}`;
/** As `spanForm`, of more than nothing. */
export const someSpanForm = `(?=\\d*[1-9]|\\d+[a-z].*[1-9])${parts}`;

const whole = new RegExp(`^${spanForm}$`);

/** @returns milliseconds, which may be more than any date can hold; undefined for what is no span. */
export function parseSpan(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([a-z])/g))
    sum += Number(count) * units[unit as keyof typeof units];
  return sum;
}
