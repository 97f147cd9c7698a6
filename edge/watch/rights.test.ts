import { expect, test } from "vitest";
import type { Grants } from "../identity/principal.ts";
import { changedRights } from "./rights.ts";

const grants = (...names: (string | undefined)[]): Grants => ({
  bindings: names.map((name) => ({ role: "view", resource: "llms", ...(name ? { name } : {}) })),
  operations: [],
});

test("a watch goes on while its caller may see what it began with", () => {
  expect(changedRights("llms", "all", grants(undefined))).toBeUndefined();
  expect(changedRights("llms", "all", grants("a", undefined))).toBeUndefined();
  expect(changedRights("llms", ["a", "b"], grants("b", "a"))).toBeUndefined();
});

test("it ends when something was taken away, and says what", () => {
  expect(changedRights("llms", "all", grants("a"))?.details.permission).toBe("view:llms");
  expect(changedRights("llms", ["a", "b"], grants("a", "c"))?.details.permission).toBe("view:llms:b");
  expect(changedRights("llms", ["a"], grants())?.code).toBe("not_allowed");
});

test("it has to begin anew when something was added that it never told of", () => {
  expect(changedRights("llms", ["a"], grants("a", "b"))).toMatchObject({ code: "expired" });
  expect(changedRights("llms", ["a"], grants(undefined))).toMatchObject({ code: "expired" });
});
