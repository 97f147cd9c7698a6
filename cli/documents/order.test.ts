import fc from "fast-check";
import { expect, test } from "vitest";
import { dependencies, topological, untopological } from "./order.ts";
import { readManifests } from "./read.ts";

test("what is referred to comes first, by name or by its other key; the rest stays in order", () => {
  const { manifests } = readManifests(
    `rbac:
  - name: r
    subjects: [{kind: User, name: Ada@example.com}, {kind: Group, name: g}]
    bindings: [{role: run, resource: llms, name: m}]
groups: [{name: g, members: [ada]}]
llms: [{name: m, type: openai, model: x, apiKeyRef: {name: s, key: k}}]
users: [{name: ada, email: ada@example.com}]
secrets: [{name: s}]
projects: [{name: lonely}]
`,
    "f",
  );
  const order = topological(dependencies(manifests)).map((i) => manifests[i]?.name);
  expect(order).toEqual(["ada", "g", "r", "s", "m", "lonely"]);
});

test("order: everything once, needs before what needs them, a cycle in the order it came", () => {
  expect(topological([[1], [0], []])).toEqual([0, 1, 2]);
  expect(topological([[1], [0], []], [[1], [], []])).toEqual([1, 0, 2]);
  const graph = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(graph, (edges) => {
      // Only edges to earlier places: no cycles.
      const needs = edges.map((e, i) => [...new Set(e.filter((d) => d < i))]);
      const order = topological(needs);
      expect([...order].sort((a, b) => a - b)).toEqual([...needs.keys()]);
      for (const [i, n] of needs.entries()) for (const d of n) expect(order.indexOf(d)).toBeLessThan(order.indexOf(i));
      const back = untopological(needs);
      for (const [i, n] of needs.entries()) for (const d of n) expect(back.indexOf(i)).toBeLessThan(back.indexOf(d));
    }),
  );
});
