import { expect, test } from "vitest";
import { isSystemOwned, systemProject, systemUser } from "./system.ts";

test.each([
  [{ kind: "user", name: "system", email: systemUser.email }, true],
  [{ kind: "user", name: "ada", email: "ada@example.com" }, false],
  [{ kind: "project", name: systemProject }, true],
  [{ kind: "group", name: systemProject }, false],
  [{ kind: "project", name: "web", owner: systemUser.email }, true],
  [{ kind: "mcptoken", name: "t", project: systemProject }, true],
  [{ kind: "llm", name: "m", status: { lifecycle: "virtual", publisher: "p" } }, true],
  [{ kind: "llm", name: "m", status: { lifecycle: "public" } }, false],
  [{ kind: "rbac", name: "mcptoken-f1a1115d67e5", subjects: [{ kind: "McpToken", name: "f1a1115d67e54c65" }] }, true],
  [{ kind: "rbac", name: "mcptoken-f1a1115d67e5", subjects: [{ kind: "User", name: "f1a1115d67e54c65" }] }, false],
  [{ kind: "rbac", name: "further", subjects: [{ kind: "McpToken", name: "f1a1115d67e54c65" }] }, false],
])("%j: %s", (shown, own) => expect(isSystemOwned(shown)).toBe(own));
