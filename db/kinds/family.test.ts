import { expect, test } from "vitest";
import { childrenOf, parentOf, writtenWith } from "./family.ts";
import { kindsByName, tableKinds } from "./index.ts";

test("the parent of a kind is what its scope refers to, and has it among its children", () => {
  expect(parentOf(kindsByName.mcptoken)?.name).toBe("project");
  expect(parentOf(kindsByName.llm)).toBeUndefined();
  for (const child of tableKinds) {
    const parent = parentOf(child);
    if (parent) expect(childrenOf(parent.name)).toContain(child);
  }
});

test("what is written with a kind are itself, its descendants, and what its description names beside", () => {
  expect([...writtenWith("llm")]).toEqual(["llm"]);
  expect([...writtenWith("mcptoken")].sort()).toEqual(["mcptoken", "rbac"]);
  expect([...writtenWith("project")]).toEqual(expect.arrayContaining(["mcptoken", "rbac"]));
});

test("every kind that a description names beside exists", () => {
  const named = Object.values(kindsByName).flatMap((k) => ("alsoWrites" in k ? k.alsoWrites : []));
  expect(named.filter((name) => !tableKinds.some((k) => k.name === name))).toEqual([]);
});
