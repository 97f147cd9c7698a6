import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const verbs = ["get", "describe", "delete", "apply", "edit"];

test.each([
  ["gte", "get"],
  ["git", "get"],
  ["decsribe", "describe"],
  ["aply", "apply"],
  ["DELETE", "delete"],
])("%s is near %s", (word, meant) => expect(nearest(word, verbs)).toBe(meant));

test.each(["x", "frobnicate", "llms", ""])("%j is near nothing", (word) =>
  expect(nearest(word, verbs)).toBeUndefined(),
);
