import { expect, test } from "vitest";
import { warning } from "./answer.ts";
import { canonical } from "./equal.ts";
import { versionsSeen } from "./precondition.ts";

test("If-Match names versions in any way that clients and proxies write them", () => {
  expect(versionsSeen(null)).toBeUndefined();
  expect(versionsSeen(" * ")).toBeUndefined();
  expect(versionsSeen('"7"')).toEqual(["7"]);
  expect(versionsSeen('W/"7", "8"')).toEqual(["7", "8"]);
  expect(versionsSeen("7")).toEqual(["7"]);
  expect(versionsSeen("")).toEqual([""]);
});

test("a warning is one header line, whatever it says", () => {
  const line = warning('a "b" \\ \r\nSet-Cookie: x \u{1f600}');
  expect(line).toBe('299 mcpctl "a \\"b\\" \\\\ ?Set-Cookie: x ?"');
  expect(() => new Headers({ warning: line })).not.toThrow();
});

test("documents are equal whatever the order of their keys", () => {
  expect(canonical({ b: [{ d: 1, c: 2 }], a: undefined })).toBe(canonical({ b: [{ c: 2, d: 1 }] }));
  expect(canonical({ a: [1, 2] })).not.toBe(canonical({ a: [2, 1] }));
});
