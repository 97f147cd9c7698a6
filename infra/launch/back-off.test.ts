import { expect, test } from "vitest";
import { afterEnd, noTrouble } from "./back-off.ts";

test("each end in a row waits twice as long, up to a limit", () => {
  const waits: number[] = [];
  for (let trouble = noTrouble, i = 0; i < 9; i++) {
    const next = afterEnd(trouble, 100);
    waits.push(next.waitMs);
    trouble = next.trouble;
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test("what ran well for a minute starts from the beginning", () => {
  expect(afterEnd({ count: 8 }, 60_000)).toEqual({ trouble: { count: 1 }, waitMs: 250 });
});
