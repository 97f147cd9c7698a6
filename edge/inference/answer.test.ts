import { expect, test } from "vitest";
import { isAnswer, secondsUntil } from "./answer.ts";

test.each([
  [200, "application/json", true],
  [200, "", true],
  [206, "audio/mpeg", true],
  [200, "text/html; charset=utf-8", false],
  [200, "Text/HTML", false],
  [204, "", false],
  [304, "", false],
  [400, "application/json", false],
])("%s %s is an answer: %s", (status, type, is) => {
  expect(isAnswer(status, type)).toBe(is);
});

test("when to try again, in seconds or as a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(secondsUntil("7", now)).toBe(7);
  expect(secondsUntil("Thu, 01 Jan 2026 00:01:30 GMT", now)).toBe(90);
  expect(secondsUntil("Thu, 01 Jan 2015 00:00:00 GMT", now)).toBe(0);
  for (const none of [null, "", " ", "soon"]) expect(secondsUntil(none, now)).toBeUndefined();
});
