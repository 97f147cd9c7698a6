import { expect, test } from "vitest";
import { relative, span } from "./age.ts";

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

test.each([
  [0, "0s"],
  [-5 * s, "0s"],
  [59 * s, "59s"],
  [90 * s, "1m30s"],
  [10 * m + 5 * s, "10m"],
  [2 * h, "2h"],
  [3 * h + 20 * m, "3h20m"],
  [26 * h, "1d2h"],
  [40 * d, "40d"],
  [400 * d, "1y35d"],
])("%i ms is %s", (ms, text) => expect(span(ms)).toBe(text));

test("before and after now", () => {
  expect(relative(0, 5 * d)).toBe("5d ago");
  expect(relative(30 * d, 0)).toBe("in 30d");
});
