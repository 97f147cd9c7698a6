import { expect, test } from "vitest";
import { foldText } from "./fold.ts";

test("what is too long goes on below its own beginning, and nothing is lost", () => {
  expect(foldText("ABOUT:  one two three four five", 20)).toBe(
    "ABOUT:  one two\nthree four five".replace("\nthree", "\nthree"),
  );
  expect(foldText("ABOUT:    one two three four five six", 30)).toBe(
    "ABOUT:    one two three four\n          five six",
  );
  expect(foldText("    name  of a thing that is long", 24)).toBe("    name  of a thing\n    that is long");
  expect(foldText("  type  <one | two | three | four | five>", 30)).toBe(
    "  type  <one | two | three |\n        four | five>",
  );
  expect(foldText("short", 20)).toBe("short");
  expect(foldText("a-word-that-does-not-fit-anywhere-at-all", 20)).toBe("a-word-that-does-not-fit-anywhere-at-all");
  expect(foldText("no terminal ".repeat(20), undefined)).toBe("no terminal ".repeat(20));
});
