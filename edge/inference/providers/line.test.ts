import { expect, test } from "vitest";
import { endOfContent, lineTo, mayBeStale } from "./line.ts";

const at = (text: string) => endOfContent(new TextEncoder().encode(text));

test("what is held back of a body begins with the last byte of its content, whatever white space follows", () => {
  expect(at('{"a":1}')).toBe(6);
  expect(at('{"a":1}\n')).toBe(6);
  expect(at('{"a":1} \r\n\t ')).toBe(6);
  expect(at("--x--\r\n")).toBe(4);
  expect([at(""), at(" "), at("1")]).toEqual([0, 0, 0]);
});

test("a connection may be stale between its last use and the runtime's own closing of it, and not before or after", () => {
  const line = { heardAt: 1_000, endedAt: 4_000 };
  expect(mayBeStale(line, 4_010)).toBe(false);
  expect(mayBeStale(line, 4_100)).toBe(true);
  expect(mayBeStale(line, 8_900)).toBe(true);
  expect(mayBeStale(line, 11_000)).toBe(false);
  // A stream that still runs keeps no idle connection.
  expect(mayBeStale({ heardAt: 1_000, endedAt: 0 }, 61_000)).toBe(false);
  expect(mayBeStale({ heardAt: 0, endedAt: 0 }, Date.now())).toBe(false);
});

test("all LLMs of one provider share what is known of its connections", () => {
  expect(lineTo("https://a.example/v1")).toBe(lineTo("https://a.example/openai/v1"));
  expect(lineTo("https://a.example/v1")).not.toBe(lineTo("https://b.example/v1"));
});
