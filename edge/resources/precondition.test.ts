import { expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { warning } from "./answer.ts";
import { canonical } from "./equal.ts";
import { assertSeen, isKnown, preconditionsOf, versionsSeen } from "./precondition.ts";

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

const row = { name: "gpt", revision: 7 } as Parameters<typeof assertSeen>[1];
const refused = (headers: Record<string, string>, body?: unknown) => {
  try {
    assertSeen(kindsByName.llm, row, preconditionsOf(new Headers(headers), body));
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("a write goes on where what was seen is what there is", () => {
  expect(refused({})).toBeUndefined();
  expect(refused({ "if-match": "*" })).toBeUndefined();
  expect(refused({ "if-match": '"6", W/"7"' })).toBeUndefined();
  expect(refused({ "if-match": '"6"' })).toBe("lost_update");
  expect(refused({ "if-match": "" })).toBe("lost_update");
  expect(refused({ "if-none-match": "*" })).toBe("lost_update");
  expect(refused({ "if-none-match": '"7"' })).toBe("lost_update");
  expect(refused({ "if-none-match": '"6"' })).toBeUndefined();
});

test("a document that says which version it is of counts as well", () => {
  expect(refused({}, { resourceVersion: "7" })).toBeUndefined();
  expect(refused({}, { resourceVersion: "" })).toBeUndefined();
  expect(refused({}, { resourceVersion: "6" })).toBe("lost_update");
  expect(refused({ "if-match": "*" }, { resourceVersion: "6" })).toBe("lost_update");
  expect(refused({ "if-match": '"6"' }, { resourceVersion: "7" })).toBe("lost_update");
  expect(refused({}, { resourceVersion: 7 })).toBe("invalid_request");
  expect(refused({}, { resourceVersion: null })).toBe("invalid_request");
});

test("what a reader knows already is not sent again", () => {
  expect(["*", '"7"', 'W/"7"', '"6", "7"'].filter((h) => isKnown(row, h))).toHaveLength(4);
  expect([null, "", '"6"', '"77"'].filter((h) => isKnown(row, h))).toEqual([]);
});
