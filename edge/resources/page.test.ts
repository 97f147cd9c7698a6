import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { parseLimit, parseOrder, readContinue, writeContinue } from "./page.ts";

const { llm } = kindsByName;
const byName = { by: "name", descending: false };
const refused = expect.objectContaining({ code: "invalid_request" });

describe("a continue token", () => {
  test("says where the next page begins, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (after, id) => {
        fc.pre(!after.includes("\0") && !id.includes("\0") && after.isWellFormed());
        const token = writeContinue("llm", byName, { after, id });
        expect(token).toMatch(/^[\w-]+$/);
        expect(readContinue(token, "llm", byName)).toEqual({ after, id });
      }),
    );
  });

  test("belongs to one list and one order", () => {
    const token = writeContinue("llm", byName, { after: "a", id: "b" });
    expect(() => readContinue(token, "group", byName)).toThrow("another list");
    expect(() => readContinue(token, "llm", { by: "name", descending: true })).toThrow("another order");
    expect(() => readContinue(token, "llm", { by: "createdAt", descending: false })).toThrow(refused);
  });

  test.each([
    "",
    "x",
    "%00",
    btoa("{}"),
    btoa("null"),
    btoa('{"v":2,"of":"llm","order":"name","after":"a","id":"b"}'),
    btoa('{"v":1,"of":"llm","order":"name","after":1,"id":"b"}'),
    btoa('{"v":1,"of":"llm","order":"name","after":"\\u0000","id":"b"}'),
    btoa('{"v":1,"of":"llm","order":"name","after":"\\ud800","id":"b"}'),
    btoa("\xff\xfe"),
    btoa('{"v":1,"of":"llm","order":"name","after":"a","id":"b","resourceVersion":"\\ud800"}'),
  ])("%j is none", (text) => {
    expect(() => readContinue(text, "llm", byName)).toThrow(refused);
  });

  test("on times holds microseconds and nothing else", () => {
    const order = { by: "createdAt", descending: true };
    expect(readContinue(writeContinue("llm", order, { after: "1764000000123456", id: "i" }), "llm", order).after).toBe(
      "1764000000123456",
    );
    for (const after of ["2026-02-30", "1e9", "-1", "9".repeat(17), "now"])
      expect(() => readContinue(writeContinue("llm", order, { after, id: "i" }), "llm", order)).toThrow(refused);
  });
});

test("a limit is a whole number; too great a one is the greatest", () => {
  expect(parseLimit(null)).toBe(500);
  expect(parseLimit("1")).toBe(1);
  expect(parseLimit("999999")).toBe(1000);
  expect(parseLimit("9".repeat(400))).toBe(1000);
  for (const text of ["0", "000", "-1", "1.5", "1e3", "ten", " 1"]) expect(() => parseLimit(text)).toThrow(refused);
});

test("an order is a field that can be compared", () => {
  expect(parseOrder(llm, null)).toEqual(byName);
  expect(parseOrder(llm, "-createdAt")).toEqual({ by: "createdAt", descending: true });
  expect(parseOrder(llm, "status.state")).toEqual({ by: "status.state", descending: false });
  for (const text of ["nmae", "timeouts", "name;drop", "--name", "-"])
    expect(() => parseOrder(llm, text)).toThrow(refused);
  expect(() => parseOrder(llm, "creaetdAt")).toThrow(
    expect.objectContaining({
      message: expect.stringContaining("can't be sorted by"),
      details: expect.objectContaining({ hint: "Did you mean createdAt?" }),
    }),
  );
});
