import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestStore, type TestStore } from "../tests/harness/test-store.ts";
import { backfillOperations } from "./backfill-operations.ts";
import { operations } from "./kinds/parts/grants.ts";

const edit = { role: "edit", resource: "*" };
const run = { role: "run", resource: "*" };
const definitions = {
  admin: { bindings: [edit, run], operations: [{ role: "run", action: "logs" }] },
  bare: { bindings: [run, edit] },
  editor: { bindings: [edit], operations: [] },
  runner: { bindings: [run], operations: [] },
  named: { bindings: [edit, { ...run, name: "a" }], operations: [] },
};

let store: TestStore;
let client: pg.Client;

/** Actions of each definition, and the version it is at. */
async function read(): Promise<Record<string, { actions: string[]; revision: string }>> {
  const { rows } = await client.query("select name, spec, revision from rbac");
  return Object.fromEntries(
    rows.map((r) => [
      r.name,
      { actions: (r.spec.operations ?? []).map((o: { action: string }) => o.action), revision: r.revision },
    ]),
  );
}

beforeAll(async () => {
  store = await startTestStore();
  client = new pg.Client({ connectionString: store.databaseUrl });
  await client.connect();
  for (const [name, spec] of Object.entries(definitions))
    await client.query("insert into rbac(id, name, spec) values ($1, $1, $2)", [name, spec]);
});
afterAll(async () => {
  await client.end();
  await store.close();
});

test("operations that were there from the start are given to nobody", async () => {
  const before = await read();
  expect(await backfillOperations(client, operations)).toBe(0);
  expect(await read()).toEqual(before);
});

test("a new one is given to who may edit and run everything, and to nobody else", async () => {
  const before = await read();
  expect(await backfillOperations(client, [...operations, "teleport"])).toBe(2);
  const after = await read();
  expect(after["admin"]?.actions).toEqual(["logs", "teleport"]);
  expect(after["bare"]?.actions).toEqual(["teleport"]);
  expect(after["admin"]?.revision).not.toBe(before["admin"]?.revision);
  for (const name of ["editor", "runner", "named"]) expect(after[name]).toEqual(before[name]);
});

test("the next start is quiet, and what was taken out stays out", async () => {
  await client.query("update rbac set spec = spec || '{\"operations\": []}' where name = 'admin'");
  const before = await read();
  expect(await backfillOperations(client, [...operations, "teleport"])).toBe(0);
  expect(await read()).toEqual(before);
});

test("who has it already gets it once", async () => {
  const spec = { ...definitions.admin, operations: [{ role: "run", action: "fly" }] };
  await client.query("update rbac set spec = $1 where name = 'admin'", [spec]);
  await client.query("delete from rbac where name = 'bare'");
  expect(await backfillOperations(client, ["fly"])).toBe(0);
  expect((await read())["admin"]?.actions).toEqual(["fly"]);
});
