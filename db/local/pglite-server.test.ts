import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PgliteServer, startPgliteServer } from "./pglite-server.ts";

let pglite: PGlite;
let server: PgliteServer;
beforeAll(async () => {
  pglite = await PGlite.create();
  server = await startPgliteServer({ pglite, password: "right", maxMessageBytes: 100_000, idleInTransactionMs: 200 });
});
afterAll(async () => {
  await server.close();
  await pglite.close();
});

const client = (password = "right") => {
  const c = new pg.Client({ host: "127.0.0.1", port: server.port, user: "postgres", database: "postgres", password });
  c.on("error", () => {});
  return c;
};

test("a wrong password is refused", async () => {
  await expect(client("wrong").connect()).rejects.toMatchObject({ code: "28P01" });
});

test("a transaction that its client forgot ends, and others go on", async () => {
  const forgetful = client();
  const patient = client();
  await Promise.all([forgetful.connect(), patient.connect()]);
  const ended = new Promise<unknown>((resolve) => forgetful.on("error", resolve));
  await forgetful.query("begin");
  await forgetful.query("create table forgotten (id int)");
  const { rows } = await patient.query("select to_regclass('forgotten') as name");
  expect(rows).toEqual([{ name: null }]);
  expect(await ended).toMatchObject({ code: "25P03" });
  await patient.end();
});

test("a message beyond the limit costs its sender the connection and nobody else anything", async () => {
  const [greedy, modest] = [client(), client()];
  await Promise.all([greedy.connect(), modest.connect()]);
  await expect(greedy.query("select $1::text", ["x".repeat(200_000)])).rejects.toBeInstanceOf(Error);
  expect((await modest.query("select 1 as n")).rows).toEqual([{ n: 1 }]);
  await modest.end();
});

test("an error inside a transaction is answered and leaves the next statement well", async () => {
  const c = client();
  await c.connect();
  await c.query("begin");
  await expect(c.query("select 1/$1::int", [0])).rejects.toMatchObject({ code: "22012" });
  await expect(c.query("select 1")).rejects.toMatchObject({ code: "25P02" });
  await c.query("rollback");
  expect((await c.query("select 2 as n")).rows).toEqual([{ n: 2 }]);
  await c.end();
});

test("a connection leaves no prepared statement behind", async () => {
  const c = client();
  await c.connect();
  await c.query({ name: "left", text: "select 1" });
  const during = await pglite.query("select name from pg_prepared_statements where statement = 'select 1'");
  expect(during.rows).toHaveLength(1);
  const after = client();
  await after.connect();
  await c.end();
  await expect
    .poll(async () => (await after.query("select name from pg_prepared_statements where statement = 'select 1'")).rows)
    .toEqual([]);
  await after.end();
});
