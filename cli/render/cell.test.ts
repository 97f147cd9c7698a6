import { expect, test } from "vitest";
import { cell } from "./cell.ts";

test.each([
  [[{ role: "run", resource: "llms", name: "gpt" }], "run:llms:gpt"],
  [
    [
      { kind: "User", name: "ada" },
      { kind: "Group", name: "red" },
    ],
    "User:ada,Group:red",
  ],
  [{ name: "HOST", value: "git.lan" }, "HOST=git.lan"],
  [{ name: "EMPTY", value: "" }, "EMPTY=-"],
  [{ name: "TOKEN", valueFrom: { secretRef: { name: "git", key: "token" } } }, "TOKEN=git:token"],
  [[], "-"],
  ["two\nlines", "two lines"],
])("%j is written %s", (value, text) => expect(cell(value, 0)).toBe(text));
