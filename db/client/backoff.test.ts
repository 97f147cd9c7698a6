import { expect, test } from "vitest";
import { backoff, patient } from "./backoff.ts";

test("grows, is spread over the whole span, and lets a publisher be back within five seconds", () => {
  expect([0, 1, 2, 3].map((n) => backoff(n, 1))).toEqual([250, 500, 1000, 2000]);
  expect(backoff(1_000_000, 1)).toBeLessThan(5_000);
  expect(backoff(7, 0)).toBe(0);
  expect(backoff(3, 0.5)).toBe(1000);
});

test("who has patience waits half a minute at most", () => {
  expect([0, 1, 2].map((n) => backoff(n, 1, patient))).toEqual([500, 1000, 2000]);
  expect(backoff(1_000_000, 1, patient)).toBe(30_000);
});
