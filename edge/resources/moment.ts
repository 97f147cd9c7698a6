/** A moment as people write one in a query. Pure. */
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { parseSpan, spanForm } from "#db/schema/span";

/** Years of four digits: others are written in ways that the store does not read. */
export const EARLIEST = Date.parse("0001-01-01T00:00:00Z");
export const LATEST = Date.parse("9999-12-31T23:59:59.999Z");

/** Spans, and the beginnings of dates: which days a month has no expression says. */
export const momentForm = `^(${spanForm}|\\d{4}-\\d{2}-\\d{2}(T.+)?)$`;

const written = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/**
 * `2h` (a span, that long before `now`), an ISO date (its first moment, UTC) or date-time.
 * @param now milliseconds since the epoch. @returns ISO 8601 in UTC, undefined for nothing. @throws Refusal invalid_request
 */
export function parseMoment(text: string | null, param: string, now: number): string | undefined {
  if (text === null || text === "") return undefined;
  const span = parseSpan(text);
  const at = span !== undefined ? now - span : written.safeParse(text).success ? Date.parse(text) : Number.NaN;
  if (at >= EARLIEST && at <= LATEST) return new Date(at).toISOString();
  return refuse("invalid_request", `${param}: ${JSON.stringify(text.slice(0, 40))} is not a moment.`, {
    param,
    hint: "Write how long ago, as 2h or 7d, or an ISO date or date-time.",
  });
}
