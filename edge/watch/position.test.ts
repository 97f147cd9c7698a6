import { expect, test } from "vitest";
import { readPosition, writePosition } from "./position.ts";

const refused = expect.objectContaining({ code: "invalid_request" });

test("a position comes back as it was, and is no number", () => {
  for (const position of [{ base: "5:9:6,7" }, { base: "5:5:", part: { upto: "5:9:6", seq: 12 } }]) {
    const text = writePosition(position);
    expect(text).toMatch(/^[\w-]+$/);
    expect(text).not.toMatch(/^\d+$/);
    expect(readPosition(text)).toEqual(position);
  }
});

test("nothing and 0 mean the beginning, a number the write of a resource", () => {
  for (const text of [null, "", "0"]) expect(readPosition(text)).toBeUndefined();
  expect(readPosition("42")).toEqual({ revision: 42 });
});

test.each([
  "x",
  "-1",
  "4.2",
  "9".repeat(16),
  btoa("null"),
  btoa('{"v":2,"base":"5:9:"}'),
  btoa('{"v":1,"base":"9:5:"}'),
  btoa('{"v":1,"base":"\'; drop table change"}'),
  btoa('{"v":1,"base":"5:9:","upto":"5:9:"}'),
  btoa('{"v":1,"base":"5:9:","upto":"5:9:","seq":-1}'),
])("%j is none", (text) => {
  expect(() => readPosition(text)).toThrow(refused);
});
