import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlay, same } from "./overlay.ts";

describe("a manifest over what is there", () => {
  test.each([
    ["leaves alone what it doesn't mention", { a: 1, b: 2 }, { b: 3 }, { a: 1, b: 3 }],
    ["merges objects", { t: { x: 1, y: 2 } }, { t: { y: 3 } }, { t: { x: 1, y: 3 } }],
    ["replaces lists", { l: [1, 2] }, { l: [3] }, { l: [3] }],
    ["takes away with null", { a: 1, t: { x: 1, y: 2 } }, { a: null, t: { x: null } }, { t: { y: 2 } }],
    ["turns a text into an object", { a: "x" }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["keeps an empty object", {}, { a: {} }, { a: {} }],
  ])("%s", (_what, current, wanted, result) => expect(overlay(current, wanted)).toEqual(result));

  test("changes nothing when applied again, and never its arguments", () => {
    const document = fc.dictionary(
      fc.constantFrom("a", "b", "c"),
      fc.oneof(
        fc.integer(),
        fc.constant(null),
        fc.dictionary(fc.constantFrom("x", "y"), fc.oneof(fc.integer(), fc.constant(null))),
      ),
    );
    fc.assert(
      fc.property(document, document, (current, wanted) => {
        const base = overlay({}, current);
        const copy = structuredClone(base);
        const once = overlay(base, wanted);
        expect(overlay(once, wanted)).toEqual(once);
        expect(base).toEqual(copy);
      }),
    );
  });
});

test("same looks at values, not at the order of keys", () => {
  expect(same({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
  expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same(null, {})).toBe(false);
});
