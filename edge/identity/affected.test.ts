import { describe, expect, test } from "vitest";
import { type Affected, affectedBy, together } from "./affected.ts";

const nobody: Affected = { users: new Set(), groups: new Set(), tokens: new Set(), guards: new Set() };
const view = [{ role: "view", resource: "llms" }];
const run = [{ role: "run", resource: "llms" }];
const ann = { kind: "User", name: "ann" };
const bob = { kind: "User", name: "Bob@Example.com" };
const team = { kind: "Group", name: "team" };
const token = { kind: "McpToken", name: "ab".repeat(32) };
const robot = { kind: "ServiceAccount", name: "ci/robot", cluster: "prod" };

test("what several changes concern is told once", () => {
  const definition = (...subjects: object[]) => ({ subjects, bindings: view, operations: [] });
  const all = [definition(ann, team), definition(ann, bob, token)].map((before) =>
    affectedBy({ kind: "rbac", id: "r", name: "n", before }),
  );
  expect(together([...all, affectedBy({ kind: "mcptoken", id: "t", name: "n" })])).toEqual({
    users: new Set(["ann", "bob@example.com"]),
    groups: new Set(["team"]),
    tokens: new Set(["ab".repeat(32)]),
    guards: new Set(["token:t"]),
  });
});

describe("a definition", () => {
  test("that is new concerns all its subjects", () => {
    const after = { subjects: [ann, bob, team, token, robot], bindings: view, operations: [] };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", after })).toEqual({
      users: new Set(["ann", "bob@example.com"]),
      groups: new Set(["team"]),
      tokens: new Set(["ab".repeat(32)]),
      guards: new Set(["account:prod/ci/robot"]),
    });
  });

  test("that goes concerns all its subjects", () => {
    const before = { subjects: [ann, team], bindings: view, operations: [] };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before })).toEqual({
      ...nobody,
      users: new Set(["ann"]),
      groups: new Set(["team"]),
    });
  });

  test("that gives something else concerns who was in it and who is", () => {
    const before = { subjects: [ann], bindings: view, operations: [] };
    const after = { subjects: [bob], bindings: run, operations: [] };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before, after }).users).toEqual(
      new Set(["ann", "bob@example.com"]),
    );
  });

  test("that gives another operation concerns everybody in it", () => {
    const before = { subjects: [ann], bindings: view, operations: [] };
    const after = { subjects: [ann], bindings: view, operations: [{ role: "run", action: "logs" }] };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before, after }).users).toEqual(new Set(["ann"]));
  });

  test("with other subjects and the same grants concerns who came and who went", () => {
    const before = { subjects: [ann, team], bindings: view, operations: [] };
    const after = { subjects: [bob, team], bindings: view, operations: [] };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before, after })).toEqual({
      ...nobody,
      users: new Set(["ann", "bob@example.com"]),
    });
  });

  test("that names another cluster's account concerns both accounts", () => {
    const before = { subjects: [robot], bindings: view, operations: [] };
    const after = { subjects: [{ ...robot, cluster: "test" }], bindings: view, operations: [] };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before, after }).guards).toEqual(
      new Set(["account:prod/ci/robot", "account:test/ci/robot"]),
    );
  });

  test("whose description changed concerns nobody", () => {
    const before = { subjects: [ann], bindings: view, operations: [], description: "a" };
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before, after: { ...before, description: "b" } })).toEqual(
      nobody,
    );
  });
});

describe("others", () => {
  test("a group concerns who joined and who left", () => {
    const change = {
      kind: "group",
      name: "n",
      id: "g",
      before: { members: ["ann", "bob"] },
      after: { members: ["bob", "eve"] },
    } as const;
    expect(affectedBy(change)).toEqual({ ...nobody, users: new Set(["ann", "eve"]) });
  });

  test("a group that goes concerns its members", () => {
    expect(affectedBy({ kind: "group", id: "g", name: "n", before: { members: ["ann"] } }).users).toEqual(
      new Set(["ann"]),
    );
  });

  test("a user and a token concern themselves, whatever changed", () => {
    expect(affectedBy({ kind: "user", id: "u1", name: "n" }).guards).toEqual(new Set(["user:u1"]));
    expect(affectedBy({ kind: "mcptoken", id: "t1", name: "n" }).guards).toEqual(new Set(["token:t1"]));
  });

  test("a cluster concerns its own Guard, which all of its accounts depend on", () => {
    expect(affectedBy({ kind: "cluster", id: "c1", name: "prod" }).guards).toEqual(new Set(["cluster:prod"]));
  });

  test("anything else concerns nobody", () => {
    expect(affectedBy({ kind: "llm", id: "l", name: "n", before: { members: ["ann"] } })).toEqual(nobody);
  });

  test("a document that is not understood does not stop the write", () => {
    expect(affectedBy({ kind: "rbac", id: "r", name: "n", before: { subjects: "?" }, after: {} })).toEqual(nobody);
  });
});
