import { expect, test } from "vitest";
import { pauseBeforeEnd } from "./delivery.ts";

test.each([
  [0, 0],
  [199, 0],
  [200, 2],
  [1_000, 10],
  [5_000, 50],
  [300_000, 50],
])("of an answer that took %s ms the end is held back for %s ms: a hundredth at most", (took, held) => {
  expect(pauseBeforeEnd(took)).toBe(held);
});
