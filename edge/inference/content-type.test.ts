import { expect, test } from "vitest";
import { beginsEventStream, isEventStream, isJson, isPlainJson, isWebPage } from "./content-type.ts";

test("names of media types, whatever their case and parameters", () => {
  expect(isEventStream("Text/Event-Stream; charset=UTF-8")).toBe(true);
  expect(isEventStream("application/json")).toBe(false);
  expect(isJson("application/problem+json;charset=utf-8")).toBe(true);
  expect(isJson("Application/JSON")).toBe(true);
  expect(isJson("application/x-ndjson")).toBe(false);
  expect(isWebPage("TEXT/html")).toBe(true);
});

test.each([
  ["application/json", true],
  ["Application/JSON; charset=UTF-8", true],
  ['application/problem+json;charset="utf8"', true],
  ["application/json; charset=iso-8859-1", false],
  ['application/json;profile=x; Charset = "utf-16"', false],
  ["application/x-ndjson", false],
])("%s is JSON in UTF-8: %s", (type, is) => {
  expect(isPlainJson(type)).toBe(is);
});

test.each([
  ["data: {", true],
  ["data", true],
  [": hello", true],
  ["\ufeff\r\nevent: x", true],
  ['{"data":', false],
  ['["data:"]', false],
  ["dates: 1", false],
  ["", false],
])("%s begins an event stream: %s", (text, is) => {
  expect(beginsEventStream(new TextEncoder().encode(text))).toBe(is);
});
