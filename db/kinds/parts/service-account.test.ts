import { expect, test } from "vitest";
import { accountOfSubject, parseAccount, writeAccount } from "./service-account.ts";

test("an account is one of the default cluster, or says which", () => {
  expect(parseAccount("ci/deployer")).toEqual({ cluster: "default", name: "ci/deployer" });
  expect(parseAccount("prod/ci/deployer.v2")).toEqual({ cluster: "prod", name: "ci/deployer.v2" });
  for (const text of ["", "ci", "/ci", "ci/", "CI/x", "a/b/c/d", "prod//x", "ci/x y", "ci/..", "prod/ci/x\n", "*/x"])
    expect(parseAccount(text), text).toBeUndefined();
});

test("what is written is read again", () => {
  expect(parseAccount(writeAccount({ cluster: "prod", name: "ci/x" }))).toEqual({ cluster: "prod", name: "ci/x" });
});

test("a token's subject is an account only in Kubernetes' form", () => {
  expect(accountOfSubject("system:serviceaccount:ci:deployer")).toBe("ci/deployer");
  for (const sub of [
    "ci/deployer",
    "system:serviceaccount:ci",
    "system:serviceaccount:ci:a:b",
    "system:node:ci:deployer",
    "system:serviceaccount:ci/x:deployer",
    "system:serviceaccount::deployer",
  ])
    expect(accountOfSubject(sub), sub).toBeUndefined();
});
