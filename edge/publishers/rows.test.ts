/** What the sweep does to a store with many rows. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { rows } from "../../tests/harness/rows.ts";
import { openStore, type Store } from "../store.ts";
import { deleteInactive, sessionsThere } from "./rows.ts";

/** The store's own module is for Node, and its types would mix with workerd's. */
const infra: string = "../../tests/harness/test-store.ts";
interface TestStore {
  databaseUrl: string;
  proxyUrl: string;
  queries(): number;
  close(): Promise<void>;
}

let local: TestStore;
let store: Store;

beforeAll(async () => {
  const { startTestStore } = (await import(infra)) as { startTestStore: () => Promise<TestStore> };
  local = await startTestStore();
  store = openStore({ databaseUrl: local.databaseUrl, neonProxy: local.proxyUrl });
  const status = (state: string) =>
    `jsonb_build_object('lifecycle', 'virtual', 'state', '${state}', 'publisher', 's' || n, 'since', '2020-01-01T00:00:00Z')`;
  for (const sql of [
    `insert into llm (id, name, spec, status) select 'old' || n, 'old-' || n, '{}', ${status("inactive")} from generate_series(1, 3000) n`,
    `insert into llm (id, name, spec, status) select 'new' || n, 'new-' || n, '{}', ${status("active")} from generate_series(1, 3000) n`,
    "create table keeper (llm text references llm (id))",
    "insert into keeper values ('old7'), ('old2000')",
    "analyze",
  ])
    await rows(local.databaseUrl, sql);
});
afterAll(() => local?.close());

test("thousands are deleted in a few statements, and what something refers to stays", async () => {
  const before = local.queries();
  const changes = await deleteInactive(store, new Date());
  expect(changes).toHaveLength(2_998);
  expect(local.queries() - before).toBeLessThan(60);
  const left = await rows(local.databaseUrl, "select name from llm where name like 'old-%' order by name");
  expect(left).toEqual([{ name: "old-2000" }, { name: "old-7" }]);
  expect(await deleteInactive(store, new Date())).toEqual([]);
});

test("no more sessions are asked than one sweep may ask, and others the next time", async () => {
  const first = await sessionsThere(store, 500);
  expect(new Set(first).size).toBe(500);
  expect(await sessionsThere(store, 500)).not.toEqual(first);
  expect(await sessionsThere(store, 10_000)).toHaveLength(3_000);
});

test("the rows of one session are found by an index", async () => {
  const plan = await rows(local.databaseUrl, "explain select id from llm where status->>'publisher' = 's7'");
  expect(JSON.stringify(plan)).toContain("llm_status_publisher");
});
