import { expect, test } from "vitest";
import { kindsByName } from "#db/resources/index";
import { fieldChanges } from "./audit.ts";

const side = (spec: Record<string, unknown>, labels: Record<string, string> = {}) => ({ spec, labels });

test("names each field that changed, with scalars before and after", () => {
  const before = side({ type: "openai", model: "a", timeouts: { idle: 1, firstByte: 2 } }, { team: "x" });
  const after = side({ type: "openai", model: "b", timeouts: { idle: 5, firstByte: 2 }, description: "new" });
  expect(fieldChanges(kindsByName.llm, before, after, [])).toEqual([
    { field: "labels.team", before: "x" },
    { field: "model", before: "a", after: "b" },
    { field: "timeouts.idle", before: 1, after: 5 },
    { field: "description", after: "new" },
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
  const [model] = fieldChanges(kindsByName.llm, undefined, side({ model: "m".repeat(5_000) }), []);
  expect(String(model?.after)).toHaveLength(256);
});
