import { describe, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import type { Failure } from "../failure.ts";
import type { AnyKind } from "../kinds.ts";
import { targetsOf } from "./action-targets.ts";

const { mcptoken, personality, llm }: Record<string, AnyKind> = kindsByName;
const one = [mcptoken as AnyKind];
const several = [mcptoken as AnyKind, personality as AnyKind];
const told = (words: string[], can: readonly AnyKind[]) =>
  targetsOf(words, can, "end").map(({ kind, names }) => `${kind.name}: ${names.join(" ")}`);
const refused = (words: string[], can: readonly AnyKind[]) => {
  try {
    return told(words, can).join();
  } catch (error) {
    return (error as Failure).message;
  }
};

describe("what an action is done to", () => {
  test("is named alone where one kind has the action", () => {
    expect(told(["ci"], one)).toEqual(["mcptoken: ci"]);
    expect(told(["ci", "cd"], one)).toEqual(["mcptoken: ci cd"]);
    expect(told(["web/ci"], one)).toEqual(["mcptoken: web/ci"]);
    expect(told(["mcptoken", "web/ci", "cd"], one)).toEqual(["mcptoken: web/ci cd"]);
    expect(told(["tokens", "ci"], one)).toEqual(["mcptoken: ci"]);
    expect(told(["mcptoken/web/ci", "token/cd"], one)).toEqual(["mcptoken: web/ci cd"]);
  });

  test("is named with its kind where several have it", () => {
    expect(told(["mcptoken/ci", "personality/terse"], several)).toEqual(["mcptoken: ci", "personality: terse"]);
    expect(told(["personality", "librarian/terse"], several)).toEqual(["personality: librarian/terse"]);
    expect(refused(["ci"], several)).toContain('There is no kind "ci"');
  });

  test("is refused for another kind, and for none", () => {
    expect(refused([`${llm?.name}/gpt`], one)).toBe("`end` is for mcptokens, not for llms.");
    expect(refused(["llms", "gpt"], several)).toBe("`end` is for mcptokens, personalities, not for llms.");
    expect(refused([], one)).toBe("The name is missing.");
    expect(refused(["mcptoken"], one)).toBe("The name is missing.");
  });
});
