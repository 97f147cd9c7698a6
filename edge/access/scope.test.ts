import { describe, expect, test } from "vitest";
import { surfaceOf } from "../http/route.ts";
import type { Principal } from "./principal.ts";
import { withinScope } from "./scope.ts";

const token: Principal = { kind: "McpToken", id: "t1", name: "ci", project: "web", projectId: "p1" };
const user: Principal = { kind: "User", id: "u1", name: "ann" };

const reaches = (principal: Principal, path: string, params: Record<string, string> = {}) =>
  withinScope(principal, { path, surface: surfaceOf(path) }, params);

describe("a token's wall", () => {
  test.each([
    ["/v1/chat/completions", {}, true],
    ["/v1/models", {}, true],
    ["/api/v1/llms/:name/infer", { name: "gpt" }, true],
    ["/api/v1/agents/:name/chat", { name: "helper" }, true],
    ["/api/v1/llms/:name/access", { name: "gpt" }, false],
    ["/api/v1/secrets/:name/infer", { name: "key" }, false],
    ["/api/v1/sessions", {}, false],
    ["/api/v1/auditevents", {}, false],
    ["/api/v1/auth/me", {}, true],
    ["/api/v1/mcptokens/introspect", {}, true],
    ["/api/v1/projects/:project/mcptokens", { project: "web" }, true],
    ["/api/v1/projects/:project/mcptokens", { project: "p1" }, true],
    ["/api/v1/projects/:project/mcptokens", { project: "other" }, false],
    ["/api/v1/projects/:project/mcptokens", {}, false],
    ["/api/v1/projects/:name", { name: "web" }, false],
    ["/api/v1/projects", {}, false],
    ["/api/v1/llms", {}, false],
    ["/api/v1/llms/:name", { name: "gpt" }, false],
    ["/api/v1/secrets/:name", { name: "key" }, false],
    ["/api/v1/mcptokens", {}, false],
    ["/api/v1/mcptokens/:name/revoke", { name: "ci" }, false],
    ["/api/v1/auth/tokens", {}, false],
    ["/api/v1/auth/logout", {}, false],
    ["/api/v1/auth/can-i", {}, false],
    ["/api/v1/rbac", {}, false],
    ["/v1x", {}, false],
  ])("%s %j: %s", (path, params, expected) => {
    expect(reaches(token, path, params)).toBe(expected);
  });

  test("stands whoever its bearer acts as", () => {
    const account: Principal = { kind: "ServiceAccount", id: "prod/ci/app", name: "prod/ci/app" };
    expect(reaches(account, "/api/v1/secrets")).toBe(true);
    expect(reaches({ ...account, impersonator: user }, "/api/v1/secrets")).toBe(true);
    const walled = { ...account, impersonator: token };
    expect(reaches(walled, "/api/v1/secrets")).toBe(false);
    expect(reaches(walled, "/api/v1/projects/:project/mcptokens", { project: "web" })).toBe(true);
    expect(reaches(walled, "/api/v1/projects/:project/mcptokens", { project: "other" })).toBe(false);
  });

  test("users have none", () => {
    expect(reaches(user, "/api/v1/rbac")).toBe(true);
    expect(reaches(user, "/api/v1/projects/:project/mcptokens", { project: "other" })).toBe(true);
  });

  test("a token without a project does not match a route without one", () => {
    const { project: _, projectId: __, ...nowhere } = token;
    expect(reaches(nowhere, "/api/v1/projects/:project/mcptokens", {})).toBe(false);
  });
});
