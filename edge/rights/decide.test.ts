import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kinds } from "#db/kinds/index";
import { operations, type Role, roles } from "#db/kinds/parts/grants";
import { verifies } from "../../tests/requirements.ts";
import type { Grants, Principal } from "../identity/principal.ts";
import { allows, allowsOperation, because, exceeds, isAdmin, visible, writeBinding } from "./decide.ts";
import { withinScope } from "./scope.ts";

const golden = join(import.meta.dirname, "../../tests/rights/rbac.golden.txt");
const resources = [...new Set(kinds.map((k) => k.permission))];

const granting = (...bindings: Grants["bindings"]): Grants => ({ bindings, operations: [] });

/** Who can hold a binding. What a group holds, its users do. */
const holders = {
  user: { kind: "User", id: "u", name: "ann", groups: ["team"] },
  account: { kind: "ServiceAccount", id: "prod/ci/app", name: "prod/ci/app" },
  token: { kind: "McpToken", id: "t", name: "ci", tokenName: "ci", project: "web", projectId: "p" },
} satisfies Record<string, Principal>;

/** How far a token reaches at the route for each role: at that where models are asked anywhere, at the generic ones nowhere. */
const reachFor = (role: Role) => (role === "run" ? "anywhere" : "nowhere");

/** Every binding there can be, and what each lets its holder ask for. */
function table(): string {
  const lines = [
    "# What one binding allows, for every role, scope and resource. Generated: UPDATE_GOLDEN=1 npx vitest run edge/rights/decide.test.ts",
    "# L: the whole kind (lists, creations without a name)  N: one called `a`  O: one called `b`  X: the same of another kind",
    "# Of users (directly and through groups) and service accounts, and then of mcptokens, which are walled in besides.",
    ["binding".padEnd(26), ...roles.map((r) => r.padEnd(6)), "|", ...roles.map((r) => `token ${r}`.padEnd(12))]
      .join(" ")
      .trimEnd(),
  ];
  for (const resource of ["*", ...resources]) {
    const asked = resource === "*" ? "llms" : resource;
    const other = asked === "llms" ? "secrets" : "llms";
    for (const name of [undefined, "a"]) {
      for (const role of roles) {
        const grants = granting({ role, resource, ...(name ? { name } : {}) });
        const cellsOf = (holder: Principal) =>
          roles.map((action) => {
            const may = (of: string, one?: string) =>
              withinScope(holder, reachFor(action), {}) && allows(grants, { role: action, resource: of, name: one });
            const mark = (letter: string, yes: boolean) => (yes ? letter : "");
            return (
              mark("L", may(asked)) +
                mark("N", may(asked, "a")) +
                mark("O", may(asked, "b")) +
                mark("X", may(other, "a")) || "-"
            );
          });
        const { user, account, token } = holders;
        expect(cellsOf(account)).toEqual(cellsOf(user));
        const cells = [...cellsOf(user).map((c) => c.padEnd(6)), "|", ...cellsOf(token).map((c) => c.padEnd(12))];
        lines.push([writeBinding({ role, resource, name }).padEnd(26), ...cells].join(" ").trimEnd());
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

test(
  verifies("rbac.golden-table", "the decision is the reviewed table, for every role, action, resource and scope"),
  () => {
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, table());
    expect(table()).toBe(readFileSync(golden, "utf8"));
  },
);

describe("roles", () => {
  test(verifies("rbac.edit-excludes-run", "managing everything spends no money"), () => {
    const grants = granting({ role: "edit", resource: "*" });
    expect(allows(grants, { role: "run", resource: "llms", name: "gpt" })).toBe(false);
    expect(allowsOperation(grants, "logs")).toBe(false);
  });

  test("running everything is no operation", () => {
    expect(operations.filter((o) => allowsOperation(granting({ role: "run", resource: "*" }), o))).toEqual([]);
  });

  test("nobody is allowed anything by no binding", () => {
    for (const role of roles) expect(allows(granting(), { role, resource: "llms" })).toBe(false);
  });
});

describe("visible", () => {
  test("names that bindings name, each once, and only of that kind", () => {
    const grants = granting(
      { role: "view", resource: "llms", name: "a" },
      { role: "edit", resource: "llms", name: "a" },
      { role: "edit", resource: "llms", name: "b" },
      { role: "run", resource: "llms", name: "c" },
      { role: "view", resource: "secrets", name: "d" },
    );
    expect(visible(grants, "view", "llms")).toEqual(["a", "b"]);
    expect(visible(grants, "view", "users")).toEqual([]);
  });

  test("a name on * counts for every kind", () => {
    expect(visible(granting({ role: "view", resource: "*", name: "a" }), "view", "users")).toEqual(["a"]);
  });

  test("one binding without a name shows all", () => {
    const grants = granting({ role: "view", resource: "llms", name: "a" }, { role: "edit", resource: "*" });
    expect(visible(grants, "view", "llms")).toBe("all");
  });
});

describe("because", () => {
  test("names the binding that decided", () => {
    const grants = granting({ role: "view", resource: "llms", name: "a" }, { role: "edit", resource: "*" });
    expect(because(grants, { role: "delete", resource: "llms", name: "a" })).toEqual({ role: "edit", resource: "*" });
  });
});

describe("exceeds: the creator ceiling", () => {
  const cases: [held: Grants["bindings"], given: Grants["bindings"][number], missing: string | undefined][] = [
    [[{ role: "edit", resource: "*" }], { role: "view", resource: "llms" }, undefined],
    [[{ role: "edit", resource: "*" }], { role: "create", resource: "*" }, undefined],
    [[{ role: "edit", resource: "*" }], { role: "delete", resource: "llms", name: "a" }, undefined],
    [[{ role: "edit", resource: "*" }], { role: "run", resource: "llms", name: "a" }, "run:llms:a"],
    [[{ role: "run", resource: "llms", name: "a" }], { role: "run", resource: "llms", name: "a" }, undefined],
    [[{ role: "run", resource: "llms", name: "a" }], { role: "run", resource: "llms" }, "run:llms"],
    [[{ role: "run", resource: "llms", name: "a" }], { role: "run", resource: "llms", name: "b" }, "run:llms:b"],
    [[{ role: "run", resource: "llms" }], { role: "run", resource: "*" }, "run:*"],
    [[{ role: "run", resource: "llms" }], { role: "run", resource: "*", name: "a" }, "run:*:a"],
    [
      [
        { role: "view", resource: "llms" },
        { role: "create", resource: "llms" },
        { role: "delete", resource: "llms" },
      ],
      { role: "edit", resource: "llms" },
      "edit:llms",
    ],
  ];
  test.each(cases)("%j gives %j: missing %s", (held, given, missing) => {
    expect(exceeds(granting(...held), granting(given))).toBe(missing);
  });

  test(verifies("rbac.creator-ceiling", "operations are given by who has them"), () => {
    const held: Grants = { bindings: [{ role: "run", resource: "*" }], operations: ["logs"] };
    expect(exceeds(held, { bindings: [], operations: ["logs"] })).toBeUndefined();
    expect(exceeds(held, { bindings: [], operations: ["logs", "backup"] })).toBe("run:backup");
  });
});

test("an administrator can edit and run everything; half of it is not enough", () => {
  const edit = { role: "edit", resource: "*" } as const;
  const run = { role: "run", resource: "*" } as const;
  expect(isAdmin(granting(edit, run))).toBe(true);
  expect(isAdmin(granting(edit))).toBe(false);
  expect(isAdmin(granting(edit, { ...run, name: "a" }))).toBe(false);
});
