import { describe, expect, test } from "vitest";
import { kindsByName } from "../kinds/index.ts";
import { isLabelKey, labels } from "./field.ts";
import { validate } from "./validate.ts";

describe("labels are as in Kubernetes", () => {
  test.each(["a", "team", "A-b_c.9", "example.com/team", "a.b-c/x", "x".repeat(63), `${"a".repeat(60)}.com/b`])(
    "key %s",
    (key) => {
      expect(isLabelKey(key)).toBe(true);
    },
  );
  test.each([
    "",
    "-a",
    "a-",
    "a b",
    "é",
    "a/b/c",
    "/a",
    "a/",
    "Ex.com/a",
    "a..b/c",
    "x".repeat(64),
    `${"a".repeat(254)}/b`,
    "a=b",
    "a,b",
    "__proto__",
  ])("no key %s", (key) => {
    expect(isLabelKey(key)).toBe(false);
  });
  test.each(["", "a", "v1.2_3-x", "x".repeat(63)])("value %j", (value) => {
    expect(labels.safeParse({ k: value }).success).toBe(true);
  });
  test.each([" ", "a b", "é", "-a", "a.", "x".repeat(64), "a/b"])("no value %j", (value) => {
    expect(labels.safeParse({ k: value }).success).toBe(false);
  });
});

test("a wrong label is named, with what would do", () => {
  const result = validate(kindsByName.group, { name: "g", labels: { "a b": "x", ok: "é" } });
  expect(result).toMatchObject({
    ok: false,
    faults: [
      { path: 'labels["a b"]', given: '"a b"', expected: expect.stringContaining("letters") },
      { path: "labels.ok", given: '"é"', expected: expect.stringContaining("letters") },
    ],
  });
});
