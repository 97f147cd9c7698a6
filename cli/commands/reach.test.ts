import { expect, test } from "vitest";
import { rolesOn } from "./reach.ts";

test("a resource is reached by what names it, its kind or everything, each role once", () => {
  const grants = [
    { role: "view", resource: "*" },
    { role: "run", resource: "llms", name: "gpt" },
    { role: "run", resource: "llms", name: "other" },
    { role: "edit", resource: "secrets" },
    { role: "view", resource: "llms" },
  ];
  expect(rolesOn(grants, "llms", "gpt")).toEqual(["view", "run"]);
  expect(rolesOn(grants, "llms", "third")).toEqual(["view"]);
  expect(rolesOn([], "llms", "gpt")).toEqual([]);
});
