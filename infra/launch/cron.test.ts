import { expect, test } from "vitest";
import { cronMatches } from "./cron.ts";

// 2026-11-23 is a Monday.
test.each([
  ["* * * * *", "2026-11-23T10:07:00Z", true],
  ["*/5 * * * *", "2026-11-23T10:05:00Z", true],
  ["*/5 * * * *", "2026-11-23T10:06:00Z", false],
  ["0 3 * * *", "2026-11-23T03:00:00Z", true],
  ["0 3 * * *", "2026-11-23T03:01:00Z", false],
  ["10-20/5 * * * *", "2026-11-23T00:15:00Z", true],
  ["10-20/5 * * * *", "2026-11-23T00:25:00Z", false],
  ["5,35 * * * *", "2026-11-23T00:35:00Z", true],
  ["0 0 * * 1", "2026-11-23T00:00:00Z", true],
  ["0 0 * * 7", "2026-11-22T00:00:00Z", true],
  ["0 0 * * 0", "2026-11-23T00:00:00Z", false],
  ["0 0 1 * 1", "2026-11-23T00:00:00Z", true],
  ["0 0 1 * 1", "2026-12-01T00:00:00Z", true],
  ["0 0 1 * *", "2026-11-23T00:00:00Z", false],
])("%s at %s: %s", (expression, at, expected) => {
  expect(cronMatches(expression, new Date(at))).toBe(expected);
});

test.each(["", "* * * *", "* * * * * *", "x * * * *", "*/ * * * *"])("%j is refused", (expression) => {
  expect(() => cronMatches(expression, new Date())).toThrow(/cron expression/);
});
