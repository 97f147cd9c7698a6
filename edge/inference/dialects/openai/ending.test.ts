import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEnding, saysDone } from "./ending.ts";

const one = { choices: 1, truncated: false };
const event = (choices: object[], end = "\n\n") => `data: ${JSON.stringify({ choices })}${end}`;
const said = (index: number, finish_reason: unknown = null) => ({ index, delta: { content: "x" }, finish_reason });
const DONE = "data: [DONE]\n\n";

describe("readEnding: whether a stream is whole", () => {
  test.each([
    ["[DONE]", `data: x\n\n${DONE}`, true],
    ["[DONE] without a space", "data: x\n\ndata:[DONE]\n\n", true],
    ["[DONE] after CRLF", "data: x\r\n\r\ndata: [DONE]\r\n\r\n", true],
    ["[DONE] after CR", "data: x\r\rdata: [DONE]\r\r", true],
    ["[DONE] whose line has no end", "data: x\n\ndata: [DONE]", true],
    ["[DONE] with a name and an id", "data: x\n\nid: 7\nevent: end\ndata: [DONE]\n\n", true],
    ["[DONE] and a comment after it", `data: x\n\n${DONE}: bye\n\n`, true],
    ["[DONE] alone", DONE, true],
    ["[DONE] as the second line of other data", "data: x\ndata: [DONE]\n\n", false],
    ["[DONE] that a model wrote", event([said(0)]).replace('"x"', '"data: [DONE]"'), false],
    ["[DONE] in a comment", `${event([said(0)])}: data: [DONE]\n\n`, false],
    ["half of [DONE]", `${event([said(0)])}data: [DON`, false],
    ["a reason", event([said(0, "stop")]), true],
    ["a reason, then the usage", `${event([said(0, "stop")])}${event([])}`, true],
    ["a reason over two lines of data", 'data: {"choices":[{"finish_reason":\ndata: "stop"}]}\n\n', true],
    ["a reason of a choice without an index", 'data: {"choices":[{"text":"x","finish_reason":"length"}]}\n\n', true],
    ["no reason", event([said(0)]), false],
    ["an empty reason in every chunk", event([said(0, "")]).repeat(3), false],
    ["a reason that is no text", event([said(0, true)]), false],
    ["a reason that a model wrote", event([{ ...said(0), delta: { content: '"finish_reason":"stop"' } }]), false],
    ["a reason in a chunk that was cut", event([said(0, "stop")]).slice(0, -5), false],
    [
      "one finished choice of two that were seen",
      event([said(0)]) + event([said(1)]) + event([said(0, "stop")]),
      false,
    ],
    ["two finished choices of two", event([said(0, "stop")]) + event([said(1, "length")]), true],
    ["two choices that finish in one chunk", event([said(0, "stop"), said(1, "stop")]), true],
    ["an error of the provider's own", 'data: {"error":{"message":"m"}}\n\n', true],
    ["nothing", "", false],
  ])("%s", (_, tail, whole) => {
    expect(readEnding(tail, one).whole).toBe(whole);
  });

  test("of two choices that were asked for, one that finished is not all", () => {
    const tail = event([said(0, "stop")]);
    expect(readEnding(tail, { choices: 2, truncated: false }).whole).toBe(false);
    expect(readEnding(tail + event([said(1, "stop")]), { choices: 2, truncated: false }).whole).toBe(true);
    expect(readEnding(tail + DONE, { choices: 2, truncated: false }).whole).toBe(true);
  });

  test("of a stream that is not kept whole, every choice that is seen must have finished", () => {
    const known = { choices: 2, truncated: true };
    const cut = `"}]}\n\n`;
    expect(readEnding(cut + event([said(1)]) + event([said(1, "stop")]), known).whole).toBe(true);
    expect(readEnding(cut + event([said(0)]) + event([said(1, "stop")]), known).whole).toBe(false);
    // What is left of a line that was cut is not read as a field.
    expect(readEnding(`data: [DONE]\n\n${event([said(0)])}`, known).whole).toBe(false);
  });

  test("whatever a model writes, and wherever the kept bytes begin, it is not the end", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("data: [DONE]", '\n\ndata: [DONE]\n\n"', '"finish_reason":"stop"', '{"error":{"message":"m"}}'),
    );
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), fc.nat(200), (contents, from) => {
        const text = contents.map((content) => event([{ ...said(0), delta: { content } }])).join("");
        const truncated = from > 0 && from < text.length;
        const tail = truncated ? text.slice(from) : text;
        expect(readEnding(tail, { choices: 1, truncated })).toEqual({ whole: false, failed: false });
        expect(saysDone(tail, truncated)).toBe(false);
        expect(readEnding(tail + DONE, { choices: 1, truncated }).whole).toBe(true);
      }),
    );
  });
});

describe("readEnding: whether it ends in an error of the provider's own", () => {
  test.each([
    ['data: {"error":{"message":"m"}}\n\n', true],
    ['data: {"x":1}\n\nevent: error\ndata: {"error":"m"}\n\n', true],
    ['data: {"x":1}\n\nevent: error\ndata: {"message":"m"}\n\n', true],
    ['data: {"error":\r\ndata: {"message":"m"}}\r\n\r\ndata: [DONE]\r\n\r\n', true],
    ['event: error\ndata: {"message":"m"}\n\ndata: [DONE]\n\n', true],
    ['data: {"error":{"message":"m"}}', true],
    ['data: {"error":null,"choices":[]}\n\n', false],
    ['data: {"error":{"message":"m"}}\n\ndata: {"choices":[]}\n\n', false],
    ['data: {"choices":[{"delta":{"content":"\\"error\\""}}]}\n\n', false],
    ['data: {"error":{"mess', false],
    ["data: [DONE]\n\n", false],
    ["", false],
  ])("%s", (tail, failed) => {
    expect(readEnding(tail, one).failed).toBe(failed);
  });
});

describe("saysDone: whether an open stream has said its last", () => {
  test.each([
    [DONE, true],
    [`half of an event"}\n\n${DONE}`, true],
    ["x\n\ndata: [DONE]\r\n\r\n", true],
    [`x\n\n${DONE}: keep-alive\n\n`, true],
    ["x\n\ndata: [DONE]", false],
    ["x\n\ndata: [DONE]\n", false],
    [`x\n\n${DONE}data: {"choices":[]}\n\n`, false],
    ['x\n\ndata: {"content":"[DONE]"}\n\n', false],
    ["", false],
  ])("%j", (tail, done) => {
    expect(saysDone(tail, false)).toBe(done);
    expect(saysDone(`half a line\n\n${tail}`, true)).toBe(done);
  });
});
