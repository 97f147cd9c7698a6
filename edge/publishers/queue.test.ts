import { expect, test } from "vitest";
import { slotsIn, slotsInAll } from "./queue.ts";

const llm = (name: string, slots?: number) => ({ name, model: name, ...(slots === undefined ? {} : { slots }) });

test.each([
  ["nobody says anything: one in all", [llm("a"), llm("b")], undefined, { total: 1, of: {} }, 1],
  ["a total alone is shared", [llm("a"), llm("b")], 4, { total: 4, of: {} }, 4],
  ["slots of each, no total", [llm("a", 1), llm("b", 3)], undefined, { of: { a: 1, b: 3 } }, 4],
  ["one that says nothing beside others has one", [llm("a", 2), llm("b")], undefined, { of: { a: 2, b: 1 } }, 3],
  ["beside a total it has what that leaves", [llm("a", 2), llm("b")], 5, { total: 5, of: { a: 2 } }, 5],
  ["a total below the sum", [llm("a", 2), llm("b", 2)], 3, { total: 3, of: { a: 2, b: 2 } }, 3],
  ["a total above the sum", [llm("a", 2), llm("b", 2)], 9, { total: 9, of: { a: 2, b: 2 } }, 4],
  ["nothing published", [], undefined, { total: 1, of: {} }, 1],
])("slots: %s", (_, llms, total, slots, inAll) => {
  const said = slotsIn({ llms, capacity: total === undefined ? {} : { slots: total } });
  expect(said).toEqual(slots);
  expect(
    slotsInAll(
      said,
      llms.map((l) => l.name),
    ),
  ).toBe(inAll);
});
