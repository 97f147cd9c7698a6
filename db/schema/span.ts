/** Spans of time as people write them: `90m`, `36h`, `2w`. The one reader of them, for the edge and the CLI. Pure. */

/** Milliseconds. A year is 365 days: whoever needs a certain day writes the date. */
const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const;

/** A number and its unit. */
export const spanForm = "(\\d{1,6}[smhd]|\\d{1,4}w|\\d{1,3}y)";
/** As `spanForm`, of more than nothing and of less than a thousand years: from now, it ends in a year of four digits. */
export const lifeForm = "([1-9]\\d{0,4}[smhd]|[1-9]\\d{0,3}w|[1-9]\\d{0,2}y)";

const whole = new RegExp(`^${spanForm}$`);

/** @returns milliseconds; undefined for what is no span. */
export const parseSpan = (text: string): number | undefined =>
  whole.test(text) ? Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units] : undefined;
