import fc from "fast-check";
import { expect, test } from "vitest";
import { components } from "./components.ts";

test("nodes that reach each other are together, after what they point to", () => {
  expect(components([[1], [2], [0], [0, 4], []])).toEqual([[0, 1, 2], [4], [3]]);
  expect(components([[0]])).toEqual([[0]]);
  expect(components([])).toEqual([]);
});

test("a chain of a hundred thousand is no matter", () => {
  const n = 100_000;
  const found = components(Array.from({ length: n }, (_, i) => (i + 1 < n ? [i + 1] : [])));
  expect(found).toHaveLength(n);
  expect(found[0]).toEqual([n - 1]);
});

test("agrees with reachability", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 8, maxLength: 8 }), (needs) => {
      const reach = needs.map((_, i) => {
        const seen = new Set([i]);
        for (const node of seen) for (const to of needs[node] ?? []) seen.add(to);
        return seen;
      });
      const groups = components(needs);
      expect(groups.flat().sort((a, b) => a - b)).toEqual([...needs.keys()]);
      const place = new Map(groups.flatMap((g, i) => g.map((n) => [n, i] as const)));
      for (const a of needs.keys())
        for (const b of reach[a] ?? []) {
          expect(place.get(a) === place.get(b)).toBe(reach[b]?.has(a) ?? false);
          expect(place.get(b) ?? 0).toBeLessThanOrEqual(place.get(a) ?? 0);
        }
    }),
  );
});
