import { describe, expect, test } from "vitest";
import { mcptoken } from "../kinds/mcptoken.ts";
import { parseSpan } from "./span.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

describe("a span", () => {
  test.each([
    ["90s", 1.5 * minute],
    ["90m", 90 * minute],
    ["36h", 1.5 * day],
    ["30d", 30 * day],
    ["2w", 14 * day],
    ["1y", 365 * day],
    ["0d", 0],
    ["999y", 999 * 365 * day],
  ])("%s", (text, ms) => expect(parseSpan(text)).toBe(ms));

  test.each([
    "",
    "d",
    "5",
    "-5d",
    "+5d",
    "1.5d",
    " 5d",
    "5 d",
    "5D",
    "30m1h",
    "1h1h",
    "1mo",
    "1e9d",
    "1000000d",
    "10000w",
    "1000y",
    "1h30m",
    "never",
    "٣d",
  ])("%j is none", (text) => expect(parseSpan(text)).toBeUndefined());
});

describe("an expiry", () => {
  const { expiry } = mcptoken.spec.shape;
  test.each([
    "90m",
    "2w",
    "1y",
    "36h",
    "30d",
    "10s",
    "never",
    "2027-01-31",
    "2027-01-31T10:00:00Z",
    "2027-01-31T10:00:00+02:00",
  ])("%s", (text) => expect(expiry.parse(text)).toBe(text));

  test.each([
    "0d",
    "0h",
    "05m",
    "1h30m",
    "1000y",
    "-5d",
    "soon",
    "30",
    "1mo",
    "5 d",
    "2027-02-30",
    "2027-01-31T10:00:00",
    "Never",
    "",
  ])("%j is refused, with what can be written", (text) => {
    const error = expiry.safeParse(text).error?.issues[0]?.message;
    expect(error).toBe("expected a span such as 90m, 36h, 30d, 2w or 1y, an ISO date or date-time, or never");
  });
});
