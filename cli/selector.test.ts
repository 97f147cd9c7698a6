import { expect, test } from "vitest";
import { mustLimit } from "./selector.ts";

test.each(["", " ", ",", " , "])("%j would select everything, and is refused", (selector) => {
  expect(() => mustLimit(selector)).toThrow("would select everything");
});

test.each([undefined, "a", "!a", "a=", "a in (b, c)"])("%j limits, or is not there", (selector) => {
  expect(() => mustLimit(selector)).not.toThrow();
});
