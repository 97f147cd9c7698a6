import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres } from "../tests/harness/test-store.ts";
import { changeLogSql } from "./change-log.ts";
import { startLocalStore } from "./local/index.ts";
import { migrate } from "./migrate.ts";
import { resources } from "./tables/index.ts";

interface Store {
  databaseUrl: string;
  close(): Promise<void>;
}

const stores: Record<string, () => Promise<Store | undefined>> = {
  PGlite: startLocalStore,
  PostgreSQL: async () => {
    const server = await startPostgres();
    return server && { databaseUrl: server.databaseUrl, close: () => server.stop() };
  },
};

describe.for(Object.entries(stores))("the log of changes in %s", ([name, start]) => {
  let store: Store | undefined;
  let client: pg.Client;
  beforeAll(async () => {
    store = await start();
    if (!store) return;
    await migrate(store.databaseUrl);
    client = new pg.Client({ connectionString: store.databaseUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await store?.close();
  });

  const over = (title: string, run: () => Promise<void>) =>
    test(title, async (context) => {
      if (!store) return context.skip(`${name} is not installed here`);
      await run();
    });
  const log = async () => {
    const { rows } = await client.query(
      "select kind, verb, id, name, scope_id, labels, spec, status, was, revision::int, xid::text, size from change order by seq",
    );
    await client.query("delete from change");
    return rows;
  };

  over("every kind's table writes it, also one that comes later", async () => {
    const sql =
      "select tgrelid::regclass::text as table from pg_trigger where tgname in ('recorded', 'recorded_update')";
    const tables = async () => (await client.query(sql)).rows.map((r) => r.table.replaceAll('"', "")).sort();
    const expected = Object.keys(resources).flatMap((kind) => [kind, kind]);
    expect(await tables()).toEqual(expected.sort());
    await client.query("create table later (like llm including all)");
    for (let i = 0; i < 2; i++) await client.query(changeLogSql([...Object.keys(resources), "later"]));
    expect(await tables()).toEqual([...expected, "later", "later"].sort());
    await client.query("drop table later");
  });

  over("tells what was written, what it was before, and nothing that is sealed", async () => {
    await log();
    await client.query(
      `insert into secret (id, name, spec, labels, sealed) values ('s', 's', '{"a": 1}', '{"l": "1"}', '{"canary": 1}')`,
    );
    await client.query(`update secret set spec = '{"a": 2}', sealed = '{"canary": 2}', revision = nextval('revision')`);
    await client.query(`update secret set status = '{"seen": true}'`);
    await client.query("delete from secret");
    const [created, changed, deleted, ...more] = await log();
    expect(more).toEqual([]);
    const row = { kind: "secret", id: "s", name: "s", scope_id: null, labels: { l: "1" } };
    expect(created).toMatchObject({ ...row, verb: "created", spec: { a: 1 }, status: {}, was: {} });
    expect(changed).toMatchObject({ ...row, verb: "changed", spec: { a: 2 }, was: { spec: { a: 1 } } });
    expect(deleted).toMatchObject({ ...row, verb: "deleted", spec: { a: 2 }, status: { seen: true }, was: {} });
    expect(deleted.revision).toBeGreaterThan(changed.revision);
    expect(changed.size).toBe('{"l": "1"}{"a": 2}{}[]{"spec": {"a": 1}}'.length);
    expect(JSON.stringify([created, changed, deleted])).not.toContain("canary");
  });

  over("has what a foreign key takes along, and what is rolled back is not in it", async () => {
    await client.query("insert into project (id, name, spec) values ('p', 'p', '{}')");
    await client.query("insert into mcptoken (id, name, scope_id, spec) values ('t', 't', 'p', '{}')");
    await log();
    await client.query("begin");
    await client.query("delete from project where id = 'p'");
    await client.query("rollback");
    await client.query("delete from project where id = 'p'");
    const rows = await log();
    expect(rows.map((r) => `${r.kind} ${r.verb}`).sort()).toEqual(["mcptoken deleted", "project deleted"]);
    expect(new Set(rows.map((r) => r.xid)).size).toBe(1);
  });
});
