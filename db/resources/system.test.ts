import { expect, test } from "vitest";
import { isSystemOwned, SYSTEM_PROJECT, SYSTEM_USER } from "./system.ts";

test.each([
  [{ kind: "user", name: "system", email: SYSTEM_USER }, true],
  [{ kind: "user", name: "ada", email: "ada@example.com" }, false],
  [{ kind: "project", name: SYSTEM_PROJECT }, true],
  [{ kind: "group", name: SYSTEM_PROJECT }, false],
  [{ kind: "project", name: "web", owner: SYSTEM_USER }, true],
  [{ kind: "mcptoken", name: "t", project: SYSTEM_PROJECT }, true],
  [{ kind: "llm", name: "m", status: { lifecycle: "virtual", publisher: "p" } }, true],
  [{ kind: "llm", name: "m", status: { lifecycle: "public" } }, false],
])("%j: %s", (shown, own) => expect(isSystemOwned(shown)).toBe(own));
