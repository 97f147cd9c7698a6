import { expect, test } from "vitest";
import { fileInstead, flagInstead, spelledOut, verbInstead } from "./argv.ts";

test.each([
  [
    ["get", "llms", "-o=yaml"],
    ["get", "llms", "-o", "yaml"],
  ],
  [
    ["get", "llms", "-o=jsonpath={.items[?(@.a==1)]}"],
    ["get", "llms", "-o", "jsonpath={.items[?(@.a==1)]}"],
  ],
  [
    ["get", "llms", "-l=team=red", "--sort-by=.name"],
    ["get", "llms", "-l", "team=red", "--sort-by=.name"],
  ],
  [
    ["get", "llms", "-p="],
    ["get", "llms", "-p", ""],
  ],
  [
    ["label", "llm", "x", "a=b", "--", "-o=x"],
    ["label", "llm", "x", "a=b", "--", "-o=x"],
  ],
])("%j is read as %j", (typed, read) => expect(spelledOut(typed)).toEqual(read));

test("kubectl's words and flags are answered with mcpctl's", () => {
  expect(verbInstead("auth whoami")).toContain("mcpctl whoami");
  expect(verbInstead("constructor")).toBeUndefined();
  expect(flagInstead(["get", "prompts", "-n", "shop"])).toContain("-p selects a project");
  expect(flagInstead(["apply", "-f", "x", "--wait=false"])).toContain("not needed");
  expect(flagInstead(["get", "llms", "--nope"])).toBeUndefined();
  expect(fileInstead(["apply", "team.yaml"])).toContain("`mcpctl apply -f team.yaml`");
  expect(fileInstead(["apply", "team"])).toBeUndefined();
});
