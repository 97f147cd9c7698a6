import { expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { fieldChanges } from "./audit.ts";

const side = (spec: Record<string, unknown>, labels: Record<string, string> = {}) => ({ spec, labels });

test("names each field that changed, with scalars before and after", () => {
  const before = side({ type: "openai", model: "a", timeouts: { idle: 1, firstByte: 2 } }, { team: "x" });
  const after = side({ type: "openai", model: "b", timeouts: { idle: 5, firstByte: 2 }, description: "new" });
  expect(fieldChanges(kindsByName.llm, before, after, [])).toEqual([
    { field: "model", before: "a", after: "b" },
    { field: "timeouts.idle", before: 1, after: 5 },
    { field: "description", after: "new" },
    { field: "labels.team", before: "x" },
  ]);
});

test("says of a list only that it changed", () => {
  expect(fieldChanges(kindsByName.group, side({ members: ["a"] }), side({ members: ["a", "b"] }), [])).toEqual([
    { field: "members" },
  ]);
});

test("names what is write-only and holds no value of it, even where a row should have one", () => {
  const changes = fieldChanges(kindsByName.secret, undefined, side({ data: { key: "canary" } }), ["data"]);
  expect(changes).toEqual([{ field: "data" }]);
});

test("is bounded", () => {
  const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, "v"]));
  const changes = fieldChanges(kindsByName.llm, undefined, side({ model: "m".repeat(5_000) }, labels), []);
  expect(changes).toHaveLength(100);
  expect(changes.at(-1)).toEqual({ field: "402 more" });
  const [model] = fieldChanges(kindsByName.llm, undefined, side({ model: "m".repeat(5_000) }), []);
  expect(String(model?.after)).toHaveLength(256);
});

test("what decides is told however many labels change with it", () => {
  const labels = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, "v"]));
  const before = side({ bindings: [] });
  const after = side({ bindings: [{ role: "edit", resource: "*" }] }, labels);
  expect(fieldChanges(kindsByName.rbac, before, after, [])[0]).toEqual({ field: "bindings" });
  expect(fieldChanges(kindsByName.rbac, undefined, after, [])[0]).toEqual({ field: "bindings" });
  expect(fieldChanges(kindsByName.rbac, side({}, labels), side({ bindings: [] }), [])[0]).toEqual({
    field: "bindings",
  });
});

test("is text that the store takes, wherever it is cut", () => {
  const [change] = fieldChanges(kindsByName.llm, undefined, side({ description: `${"x".repeat(255)}😀` }), []);
  expect(String(change?.after).isWellFormed()).toBe(true);
});
