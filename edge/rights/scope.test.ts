import { describe, expect, test } from "vitest";
import { kinds } from "#db/kinds/index";
import type { TokenReach } from "../http/route.ts";
import type { Principal } from "../identity/principal.ts";
import { reachWithin, withinScope } from "./scope.ts";

const token: Principal = { kind: "McpToken", id: "t1", name: "ci", project: "web", projectId: "p1" };
const user: Principal = { kind: "User", id: "u1", name: "ann" };

describe("a token's wall", () => {
  test.each<[TokenReach, Record<string, string>, boolean]>([
    ["anywhere", {}, true],
    ["anywhere", { project: "other" }, true],
    ["nowhere", {}, false],
    ["nowhere", { name: "web" }, false],
    ["nowhere", { project: "web" }, false],
    ["own-project", { project: "web" }, true],
    ["own-project", { project: "p1" }, true],
    ["own-project", { project: "other" }, false],
    ["own-project", { project: "p2" }, false],
    ["own-project", { name: "web" }, false],
    ["own-project", {}, false],
  ])("%s %j: %s", (reach, params, expected) => {
    expect(withinScope(token, reach, params)).toBe(expected);
  });

  test("stands whoever its bearer acts as", () => {
    const account: Principal = { kind: "ServiceAccount", id: "prod/ci/app", name: "prod/ci/app" };
    expect(withinScope(account, "nowhere", {})).toBe(true);
    expect(withinScope({ ...account, impersonator: user }, "nowhere", {})).toBe(true);
    const walled = { ...account, impersonator: token };
    expect(withinScope(walled, "nowhere", {})).toBe(false);
    expect(withinScope(walled, "own-project", { project: "web" })).toBe(true);
    expect(withinScope(walled, "own-project", { project: "other" })).toBe(false);
  });

  test("users have none", () => {
    expect(withinScope(user, "nowhere", {})).toBe(true);
    expect(withinScope(user, "own-project", { project: "other" })).toBe(true);
  });

  test("a token without a project does not match a route without one", () => {
    const { project: _, projectId: __, ...nowhere } = token;
    expect(withinScope(nowhere, "own-project", {})).toBe(false);
  });

  test("opens below a project, and below nothing else", () => {
    expect(kinds.filter((kind) => reachWithin(kind) !== "nowhere").map((kind) => kind.name)).toEqual(["project"]);
  });
});
