import fc from "fast-check";
import { expect, test } from "vitest";
import { assertMergePatch, mergePatch } from "./merge-patch.ts";

/** RFC 7396, Appendix A. */
const examples: [unknown, unknown, unknown][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

test.each(examples)("%j with %j is %j", (target, patch, merged) => {
  const before = structuredClone(target);
  expect(mergePatch(target, patch)).toEqual(merged);
  expect(target).toEqual(before);
});

test("applied twice it is as once", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
      const once = mergePatch(target, patch);
      expect(JSON.stringify(mergePatch(once, patch))).toBe(JSON.stringify(once));
    }),
  );
});

test("a key that is called __proto__ is a key", () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}'));
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect("polluted" in {}).toBe(false);
});

test("another kind of patch is not read as a merge patch", () => {
  const of = (type: string) => () => assertMergePatch(new Headers(type ? { "content-type": type } : {}));
  for (const type of ["", "application/json", "application/merge-patch+json; charset=utf-8", "text/plain"]) of(type)();
  for (const type of [
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    "Application/Apply-Patch+YAML",
    "application/json-patch",
  ])
    expect(of(type), type).toThrow(
      expect.objectContaining({
        code: "unsupported_media",
        details: expect.objectContaining({ accept: expect.objectContaining({ header: "accept-patch" }) }),
      }),
    );
});
