import { expect, test } from "vitest";
import { near } from "./near.ts";

test("finds what was mistyped by a letter or two", () => {
  const words = ["type", "model", "apiKeyRef", "description", "tier"];
  expect(near("modle", words)).toBe("model");
  expect(near("apikeyref", words)).toBe("apiKeyRef");
  expect(near("discription", words)).toBe("description");
  expect(near("Type", words)).toBe("type");
  expect(near("teir", words)).toBe("tier");
});

test("keeps quiet where nothing is near", () => {
  expect(near("colour", ["type", "model"])).toBeUndefined();
  expect(near("a", ["xyz"])).toBeUndefined();
  expect(near("", [])).toBeUndefined();
  expect(near("x".repeat(100_000), ["x".repeat(99_999)])).toBeUndefined();
});

test("prefers the nearest, whatever the order", () => {
  expect(near("gpt-5", ["gpt-55x", "gpt-5x"])).toBe("gpt-5x");
  expect(near("gpt-5", ["gpt-5x", "gpt-55x"])).toBe("gpt-5x");
});

test.each([
  ["gte", "get"],
  ["git", "get"],
  ["decsribe", "describe"],
  ["aply", "apply"],
  ["DELETE", "delete"],
])("takes %s for %s", (word, meant) => {
  expect(near(word, ["get", "describe", "delete", "apply", "edit"])).toBe(meant);
});
