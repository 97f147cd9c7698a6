import { describe, expect, test } from "vitest";
import { readCredential } from "./header-value.ts";

describe("a credential that is to be a header", () => {
  test.each([
    ["sk-1", "sk-1"],
    ["sk-1\n", "sk-1"],
    ["sk-1\r\n", "sk-1"],
    ["sk-1\n\n", "sk-1"],
    ["sk-1 \r\n  ", "sk-1"],
    ["~!#$%&'*+-.^_`|=/", "~!#$%&'*+-.^_`|=/"],
    ["two words", "two words"],
    ["  sk-1", "sk-1"],
    ["\tsk-1 ", "sk-1"],
    [" two words \n", "two words"],
  ])("%j is %j: spaces around it and the end of a line are no part of it", (given, value) => {
    expect(readCredential(given)).toEqual({ value });
  });

  test.each([
    ["sk-1\nsk-2", "a line break at position 5"],
    ["sk-1\r\nsk-2\n", "a line break at position 5"],
    ["\nsk-1", "a line break at position 1"],
    ["sk\0-1", "a NUL character at position 3"],
    ["sk-1\0", "a NUL character at position 5"],
    ["\uFEFFsk-1", "a byte order mark at position 1"],
    ["sk-\u200B1", "a zero-width space at position 4"],
    ["sk-1\u200B\n", "a zero-width space at position 5"],
    ["sk-1\u00A0", "a no-break space at position 5"],
    ["sk-\u20281", "a line break at position 4"],
    ["sk\u20131", "the character U+2013, which is not ASCII, at position 3"],
    ["🔑sk", "the character U+1F511, which is not ASCII, at position 1"],
    ["sk-é", "the character U+00E9, which is not ASCII, at position 4"],
    ["sk-\x1b[0m", "the control character U+001B at position 4"],
    ["sk-\x7f", "the control character U+007F at position 4"],
    ["a\tb", "a tab at position 2"],
    ["  sk-\u200B1", "a zero-width space at position 6"],
    [" \nsk-1", "a line break at position 2"],
    ["", "nothing"],
    [" \t", "nothing"],
    ["\n", "nothing"],
  ])("%j can't be one, and what is wrong is named", (given, fault) => {
    expect(readCredential(given)).toEqual({ fault: `holds ${fault}` });
  });
});
