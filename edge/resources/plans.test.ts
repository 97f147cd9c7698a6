/** How the store finds what the routes ask for, among many rows: by an index, whatever the page. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindsByName } from "#db/resources/index";
import { rows } from "../../tests/store.ts";
import { openStore, type Store } from "../store.ts";
import { findStatement, type ListQuery, listStatement, type NamedKind } from "./read.ts";

/** The store's own module is for Node, and its types would mix with workerd's. */
const infra: string = "../../infra/migrated-store.ts";
interface MigratedStore {
  databaseUrl: string;
  proxyUrl: string;
  close(): Promise<void>;
}

const MANY = 20_000;
const { llm, user, mcptoken, session, auditevent } = kindsByName;
let store: MigratedStore;
let db: Store["db"];

beforeAll(async () => {
  const { startMigratedStore } = (await import(infra)) as { startMigratedStore: () => Promise<MigratedStore> };
  store = await startMigratedStore();
  db = openStore({ databaseUrl: store.databaseUrl, neonProxy: store.proxyUrl }).db;
  const numbered = `generate_series(1, ${MANY}) as n`;
  for (const sql of [
    `insert into llm (id, name, labels, spec) select 'l' || n, 'llm-' || n, jsonb_build_object('team', 't' || n % 1000), '{}' from ${numbered}`,
    `insert into "user" (id, name, spec) select 'u' || n, 'user-' || n, jsonb_build_object('email', n || '@x.example') from ${numbered}`,
    `insert into project (id, name, spec) values ('p', 'p', '{}')`,
    `insert into mcptoken (id, name, scope_id, spec, status) select 't' || n, 'token-' || n, 'p', '{}', jsonb_build_object('hash', 'h' || n) from ${numbered}`,
    `insert into session (id, user_id, kind, name, hash) select 's' || n, 'u' || n % 2000 + 1, 'login', 'n', 'h' || n from ${numbered}`,
    `insert into auditevent (id, time, kind, principal, token_name, project, payload) select 'e' || n, timestamptz '2020-01-01' + n * interval '1 minute',
       case n % 2 when 0 then 'auth' else 'resource_change' end, 'p' || n % 1000, 't' || n % 1000, 'q' || n % 1000,
       jsonb_build_object('resource', 'llm', 'name', 'm' || n % 1000) from ${numbered}`,
    "analyze",
  ])
    await rows(store.databaseUrl, sql);
});
afterAll(() => store?.close());

const firstPage: ListQuery = {
  visible: "all",
  labels: [],
  fields: [],
  namePrefix: undefined,
  scopeId: undefined,
  order: { by: "name", descending: false },
  limit: 100,
  after: undefined,
};

async function planOf(statement: { toSQL(): { sql: string; params: unknown[] } }): Promise<string> {
  const { sql, params } = statement.toSQL();
  const written = sql.replace(/\$(\d+)/g, (_, n) => {
    const value = params[Number(n) - 1];
    return typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
  });
  return (await rows(store.databaseUrl, `explain ${written}`)).map((r) => String(r["QUERY PLAN"])).join("\n");
}

const newest = { order: { by: "createdAt", descending: true } } as const;
const only = (field: string, value: string) => ({ ...newest, fields: [{ field, is: "equal" as const, value }] });

const lists: [string, NamedKind, Partial<ListQuery>][] = [
  ["the first page", llm, {}],
  ["a page in the middle", llm, { after: { after: "llm-5", id: "l5" } }],
  ["backwards", llm, { order: { by: "name", descending: true }, after: { after: "llm-5", id: "l5" } }],
  ["what a caller may see", llm, { visible: ["llm-1", "llm-2", "llm-3"] }],
  ["by label", llm, { labels: [{ key: "team", is: "in", values: ["t7"] }] }],
  ["the first page of what has a parent", mcptoken, {}],
  ["one parent's", mcptoken, { scopeId: "p" }],
  ["one's own", session, { reach: { id: "u7", owners: [] } }],
  ["the newest events", auditevent, newest],
  ["older events", auditevent, { ...newest, after: { after: "1577900000000000", id: "e7" } }],
  ["events of a time", auditevent, { ...newest, since: "2020-01-02T00:00:00Z", until: "2020-01-02T01:00:00Z" }],
  ["events of a type", auditevent, only("type", "auth")],
  ["somebody's events", auditevent, only("principal", "p7")],
  ["a token's events", auditevent, only("token", "t7")],
  ["a project's events", auditevent, only("project", "q7")],
  ["events about one resource", auditevent, only("about", "llm/m7")],
];

test.each(lists)("a list: %s", async (_, kind, query) => {
  const plan = await planOf(listStatement(db, kind, { ...firstPage, ...query }));
  expect(plan).not.toContain("Seq Scan");
});

test.each([
  ["a name", llm, "llm-7"],
  ["an id", llm, "l7"],
  ["an address", user, "7@x.example"],
  ["a hash", mcptoken, "h7"],
  ["an id of a session", session, "s7"],
  ["an id of an event", auditevent, "e7"],
] as const)("one row by %s", async (_, kind, word) => {
  const plan = await planOf(findStatement(db, kind, word));
  expect(plan).not.toContain("Seq Scan");
  expect(await findStatement(db, kind, word)).toHaveLength(1);
});

test("the check sees a scan of the whole table", async () => {
  const plan = await planOf(
    listStatement(db, llm, { ...firstPage, fields: [{ field: "model", is: "equal", value: "m" }] }),
  );
  expect(plan).toContain("Seq Scan");
});
