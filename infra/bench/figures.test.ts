import { expect, test } from "vitest";
import { median, quantile, table } from "./figures.ts";

test("quantiles take the nearest rank", () => {
  const oneToHundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(quantile(oneToHundred, 0.5)).toBe(50);
  expect(quantile(oneToHundred, 0.99)).toBe(99);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBe(0);
});

test("a median of an even number lies between the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("a table is markdown with its columns aligned", () => {
  expect(
    table(
      ["target", "req/s"],
      [
        ["edge", "1,234"],
        ["bare", "9"],
      ],
    ),
  ).toBe("| target | req/s |\n| ------ | ----: |\n| edge   | 1,234 |\n| bare   |     9 |");
});
