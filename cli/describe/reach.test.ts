import { expect, test } from "vitest";
import { accessLines } from "./reach.ts";

test("says who, what, by which definition, and through which group", () => {
  const by = { role: "run", binding: "run:llms:gpt", definition: "team" };
  expect(
    accessLines([
      { principal: { kind: "User", name: "ada" }, ...by, group: "makers" },
      { principal: { kind: "ServiceAccount", name: "prod/ci/deployer" }, ...by },
    ]),
  ).toEqual([
    ["User ada", "run (run:llms:gpt) by rbac/team, via group/makers"],
    ["ServiceAccount prod/ci/deployer", "run (run:llms:gpt) by rbac/team"],
  ]);
});
