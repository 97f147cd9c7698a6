import { expect, test } from "vitest";
import { isBlank, takenWhole } from "./whole.ts";

test.each([
  ["\n", true],
  [" \t\r\n", true],
  ["", true],
  ["\n{", false],
  ["{}", false],
  ["\u00a0", false],
])("%j is white space of JSON: %s", (text, blank) => {
  expect(isBlank(new TextEncoder().encode(text))).toBe(blank);
});

test.each([
  ["application/json", "2", "string"],
  ["audio/mpeg", "2", "object"],
  ["text/event-stream", "2", "undefined"],
  ["application/json", undefined, "undefined"],
  ["application/json", "65537", "undefined"],
])("%s of %s bytes is read in one go as %s", async (type, length, read) => {
  const answer = new Response("{}", { headers: length === undefined ? {} : { "content-length": length } });
  expect(typeof (await takenWhole(answer, type))).toBe(read);
});
