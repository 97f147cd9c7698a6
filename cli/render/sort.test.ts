import { expect, test } from "vitest";
import { sortBy } from "./sort.ts";

const rows = [{ name: "b", n: 10 }, { name: "c" }, { name: "a", n: 9 }];

test.each(["n", ".n", "{.n}"])("%s: numbers by size, what lacks the field last", (path) => {
  expect(sortBy(rows, path).map((r) => r.name)).toEqual(["a", "b", "c"]);
});

test("a field that none has is told, an empty list is not at fault", () => {
  expect(() => sortBy(rows, ".nmae")).toThrow(/field ".nmae"/);
  expect(sortBy([], ".nmae")).toEqual([]);
});
