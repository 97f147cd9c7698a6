import { expect, test } from "vitest";
import { addressOf, nameOf } from "./address.ts";

test("a name that is unique within a parent only comes with the parent's", () => {
  expect(addressOf({ name: "personality", scope: "agent" }, { name: "terse", agent: "librarian" })).toBe(
    "personality/librarian/terse",
  );
  expect(addressOf({ name: "llm" }, { name: "gpt", agent: "x" })).toBe("llm/gpt");
  expect(nameOf({ scope: "agent" }, { name: "terse" })).toBe("terse");
});
