import { expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { parseFormat } from "./output.ts";

const hintOf = (text: string): string | undefined => {
  try {
    parseFormat(text);
  } catch (error) {
    if (error instanceof Failure) return error.details.hint;
  }
  return undefined;
};

test.each(["jsonpath", "jsonpath=", "custom-columns", "custom-columns="])(
  "-o %s is told what has to follow, not to write what was written",
  (text) => expect(hintOf(text)).toContain("custom-columns=HEADING:.path"),
);

test.each([
  ["YAML", "yaml"],
  ["jsn", "json"],
  ["jsonpth=", "jsonpath="],
])("-o %s may mean %s", (text, meant) => expect(hintOf(text)).toBe(`Did you mean ${meant}?`));
