/** In here a selector must say of a row what it says in SQL: otherwise a list and its watch would tell different stories. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { listRows } from "../resources/read.ts";
import { scalarFields } from "../resources/selectors.ts";
import { openStore, type Store } from "../store.ts";
import { matches, type Selection } from "./match.ts";

const infra: string = "../../tests/harness/test-store.ts";
let store: { databaseUrl: string; proxyUrl: string; close(): Promise<void> };
let db: Store["db"];
const { llm: kind } = kindsByName;

beforeAll(async () => {
  const { startTestStore } = await import(infra);
  store = await startTestStore();
  db = openStore({ databaseUrl: store.databaseUrl, neonProxy: store.proxyUrl }).db;
  // Every combination of odd values, absent ones among them.
  await db.execute(`insert into llm (id, name, labels, spec, status)
    select 'r' || n, (array['a','ab','b','ba'])[1 + n % 4] || n, (array['{}','{"k":"v"}','{"k":"w"}','{"k":"","l":"v"}'])[1 + n / 4 % 4]::jsonb,
      (array['{}','{"model":"v"}','{"model":"v","contextWindow":5}','{"model":null,"contextWindow":0.5}','{"model":true}'])[1 + n / 16 % 5]::jsonb,
      (array['{}','{"state":"active"}'])[1 + n % 2]::jsonb from generate_series(0, 159) n`);
});
afterAll(() => store?.close());

const key = fc.constantFrom("k", "l", "absent", "toString");
const value = fc.constantFrom("v", "w", "", "5", "0.5", "true", "active", "null");
const label = fc.oneof(
  fc.record({
    key,
    is: fc.constantFrom("in" as const, "notin" as const),
    values: fc.array(value, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key, is: fc.constantFrom("exists" as const, "absent" as const) }),
);
const field = fc.record({
  field: fc.constantFrom(...scalarFields(kind)),
  is: fc.constantFrom("equal" as const, "different" as const),
  value,
});
const selection: fc.Arbitrary<Selection> = fc.record({
  labels: fc.array(label, { maxLength: 2 }),
  fields: fc.array(field, { maxLength: 2 }),
  namePrefix: fc.option(fc.constantFrom("a", "ab", "b1"), { nil: undefined }),
  scopeId: fc.constant(undefined),
});

test("a selector says the same here and in SQL", async () => {
  const order = { by: "name", descending: false };
  const none = { labels: [], fields: [], namePrefix: undefined, scopeId: undefined };
  const list = (s: Selection) => listRows(db, kind, { ...s, visible: "all", order, limit: 1000, after: undefined });
  const { rows } = await list(none);
  expect(rows).toHaveLength(160);
  await fc.assert(
    fc.asyncProperty(selection, async (s) => {
      const names = (await list(s)).rows.map((r) => r.name);
      expect(rows.filter((r) => matches(s, r)).map((r) => r.name)).toEqual(names);
    }),
    { numRuns: 150 },
  );
});
