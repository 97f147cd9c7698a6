import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { circlesIn } from "./circles.ts";
import { specifiersOf, targetOf } from "./imports.ts";
import { read, sources } from "./repository.ts";

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

test("the check of imports sees a circle of two, a longer one and two that share a file, and nothing else", () => {
  expect(circlesIn(graph({ a: ["b"], b: ["c"], c: [] }))).toEqual([]);
  expect(circlesIn(graph({ a: ["b"], b: ["a", "c"], c: [] }))).toEqual([["a", "b"]]);
  expect(circlesIn(graph({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] }))).toEqual([["a", "b", "c"]]);
  expect(circlesIn(graph({ a: ["b", "c"], b: ["a"], c: ["a"], x: ["y"], y: ["x"] }))).toEqual([
    ["a", "b", "c"],
    ["x", "y"],
  ]);
});

test(verifies("law.circles", "no file imports itself in a circle, types included"), () => {
  const files = sources("db", "edge", "control-plane", "cli", "local-agent", "infra");
  const imports = (file: string) => specifiersOf(read(file)).flatMap((s) => targetOf(file, s) ?? []);
  expect(circlesIn(new Map(files.map((file) => [file, imports(file)])))).toEqual([]);
});
