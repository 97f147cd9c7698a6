/** A walk over the pages of a list while others write: what is there all the time is seen once, in order. In a real store. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { openStore, type Store } from "../store.ts";
import { type Cursor, type Order, readContinue, writeContinue } from "./page.ts";
import { listRows } from "./read.ts";
import { scalarFields } from "./selectors.ts";

const infra: string = "../../tests/harness/test-store.ts";
let store: { databaseUrl: string; proxyUrl: string; close(): Promise<void> };
let db: Store["db"];
const { llm: kind } = kindsByName;

beforeAll(async () => {
  const { startTestStore } = await import(infra);
  store = await startTestStore();
  db = openStore({ databaseUrl: store.databaseUrl, neonProxy: store.proxyUrl }).db;
});
afterAll(() => store?.close());

/** Few values, so that many rows have the same; some have none. */
const insert = (prefix: string, from: number, to: number) =>
  db.execute(`insert into llm (id, name, spec, status, created_at, updated_at)
    select '${prefix}' || n, (array['m','a','z','B','ä'])[1 + n % 5] || '${prefix}' || n,
      (array['{}','{"type":"openai","model":"x","tier":"fast"}','{"type":"vllm","model":"ü","contextWindow":5}'])[1 + n % 3]::jsonb,
      (array['{}','{"state":"active"}'])[1 + n % 2]::jsonb,
      timestamptz '2026-01-01' + n % 3 * interval '1.000001 second', timestamptz '2026-02-01' + n % 4 * interval '1 microsecond'
    from generate_series(${from}, ${to}) n`);

const order: fc.Arbitrary<Order> = fc.record({
  by: fc.constantFrom(...scalarFields(kind), "createdAt", "updatedAt"),
  descending: fc.boolean(),
});
/** What others do between two pages. */
const meanwhile = fc.array(fc.record({ more: fc.nat(4), fewer: fc.nat(4) }), { maxLength: 12 });
const rest = { visible: "all", labels: [], fields: [], namePrefix: undefined, scopeId: undefined } as const;

test("whatever the order, the length of a page, and what comes and goes", async () => {
  await insert("stays", 1, 40);
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 1, max: 17 }), meanwhile, async (by, limit, steps) => {
      await db.execute("delete from llm where id like 'goes%'");
      await insert("goes", 1, 20);
      let fresh = 20;
      const expected = (await listRows(db, kind, { ...rest, order: by, limit: 1000, after: undefined })).rows
        .map((r) => r.id)
        .filter((id) => id.startsWith("stays"));
      expect(expected).toHaveLength(40);
      const walked: string[] = [];
      let after: Cursor | undefined;
      do {
        const page = await listRows(db, kind, { ...rest, order: by, limit, after });
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        walked.push(...page.rows.map((r) => r.id));
        after = page.next && readContinue(writeContinue(kind.name, by, page.next), kind.name, by);
        const step = steps.pop();
        if (!step) continue;
        await insert("goes", fresh + 1, fresh + step.more);
        fresh += step.more;
        await db.execute(
          `delete from llm where id in (select id from llm where id like 'goes%' order by md5(id) limit ${step.fewer})`,
        );
      } while (after);
      expect(new Set(walked).size).toBe(walked.length);
      expect(walked.filter((id) => id.startsWith("stays"))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
