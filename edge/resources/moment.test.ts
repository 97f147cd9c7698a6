import { expect, test } from "vitest";
import { parseMoment } from "./moment.ts";

const now = Date.parse("2026-03-10T12:00:00.000Z");
const since = (text: string | null) => parseMoment(text, "since", now);

test("a span is that long ago", () => {
  expect(since("90s")).toBe("2026-03-10T11:58:30.000Z");
  expect(since("2h")).toBe("2026-03-10T10:00:00.000Z");
  expect(since("2w")).toBe("2026-02-24T12:00:00.000Z");
  expect(since("1y")).toBe("2025-03-10T12:00:00.000Z");
  expect(since("7d")).toBe("2026-03-03T12:00:00.000Z");
});

test("a date is its first moment, a date-time itself, and nothing is no limit", () => {
  expect(since("2026-03-01")).toBe("2026-03-01T00:00:00.000Z");
  expect(since("2026-03-01T10:00:00+02:00")).toBe("2026-03-01T08:00:00.000Z");
  expect(since(null)).toBeUndefined();
});

test("anything else is refused with what can be written", () => {
  for (const text of ["yesterday", "-1h", "2026-02-30", "1e9d", "999999d", "1h30m", "5", "2026-03-01T10:00:00"])
    expect(() => since(text), text).toThrow(/since: .* is not a moment/);
});
