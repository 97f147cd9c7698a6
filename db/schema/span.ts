/** Parses durations such as `90m`, `36h` and `2w`, for the edge and the CLI. Pure. */

/** Milliseconds. A year is 365 days; for an exact day, people write a date. */
const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const;

/** A number and its unit. */
export const spanForm = "(\\d{1,6}[smhd]|\\d{1,4}w|\\d{1,3}y)";
/** As `spanForm`, but positive and shorter than a thousand years, so that the year of the expiry has four digits. */
export const lifeForm = "([1-9]\\d{0,4}[smhd]|[1-9]\\d{0,3}w|[1-9]\\d{0,2}y)";

const whole = new RegExp(`^${spanForm}$`);

/** @returns milliseconds; undefined if the text is not a duration. */
export const parseSpan = (text: string): number | undefined =>
  whole.test(text) ? Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units] : undefined;
