import { expect, test } from "vitest";
import { ageOf } from "./age.ts";

const ages = { renewAfter: 2, freshFor: 5, staleFor: 60 };

test.each([
  [0, "young"],
  [1, "young"],
  [2, "ageing"],
  [4, "ageing"],
  [5, "old"],
  [59, "old"],
  [60, "gone"],
  // A clock that was set back makes no copy old.
  [-7, "young"],
])("a copy made %i ms ago is %s", (age, is) => {
  expect(ageOf(1_000, ages, 1_000 + age)).toBe(is);
});

test("no copy answers as little as one that is too old", () => {
  expect(ageOf(undefined, ages, 0)).toBe("gone");
});

test("a copy that is not renewed behind the answer is young until it is old", () => {
  const same = { renewAfter: 5, freshFor: 5, staleFor: 60 };
  expect([4, 5].map((age) => ageOf(0, same, age))).toEqual(["young", "old"]);
});
