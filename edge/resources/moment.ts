/** A moment as people write one in a query. Pure. */
import { z } from "zod";
import { refuse } from "#db/protocol/errors";

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Years of four digits: others are written in ways that the store does not read. */
export const EARLIEST = Date.parse("0001-01-01T00:00:00Z");
export const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

/** Spans, and the beginnings of dates: which days a month has no expression says. */
export const momentForm = "^(\\d{1,6}[smhd]|\\d{4}-\\d{2}-\\d{2}(T.+)?)$";

const written = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/**
 * `2h` (that long before `now`; s, m, h, d), an ISO date (its first moment, UTC) or date-time.
 * @param now milliseconds since the epoch. @returns ISO 8601 in UTC, undefined for nothing. @throws Refusal invalid_request
 */
export function parseMoment(text: string | null, param: string, now: number): string | undefined {
  if (text === null || text === "") return undefined;
  const span = /^(\d{1,6})([smhd])$/.exec(text);
  const at = span
    ? now - Number(span[1]) * units[span[2] as keyof typeof units]
    : written.safeParse(text).success
      ? Date.parse(text)
      : Number.NaN;
  if (at >= EARLIEST && at <= LATEST) return new Date(at).toISOString();
  return refuse("invalid_request", `${param}: ${JSON.stringify(text.slice(0, 40))} is not a moment.`, {
    param,
    hint: "Write how long ago, as 2h or 7d, or an ISO date or date-time.",
  });
}
