import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neon, neonConfig, Pool } from "@neondatabase/serverless";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../migrate.ts";
import { type NeonBridge, startLocalStore, startNeonBridge } from "./index.ts";
import { startPrivatePostgres } from "./private-postgres.ts";

interface Running {
  databaseUrl: string;
  bridge: NeonBridge;
  close(): Promise<void>;
}

const stores: Record<string, () => Promise<Running | undefined>> = {
  PGlite: async () => {
    const store = await startLocalStore();
    return { databaseUrl: store.databaseUrl, bridge: store, close: () => store.close() };
  },
  PostgreSQL: async () => {
    const server = await startPrivatePostgres();
    if (!server) return undefined;
    const bridge = await startNeonBridge({ databaseUrl: server.databaseUrl });
    return {
      databaseUrl: server.databaseUrl,
      bridge,
      async close() {
        await bridge.close();
        await server.stop();
      },
    };
  },
};

function useBridge({ proxyUrl }: NeonBridge): void {
  const { host, origin } = new URL(proxyUrl);
  neonConfig.fetchEndpoint = `${origin}/sql`;
  neonConfig.wsProxy = () => `${host}/v1`;
  neonConfig.useSecureWebSocket = false;
  neonConfig.pipelineTLS = false;
  neonConfig.pipelineConnect = false;
  neonConfig.webSocketConstructor = WebSocket;
}

describe.for(Object.entries(stores))("Neon's driver over %s", ([name, start]) => {
  let running: Running | undefined;
  beforeAll(async () => {
    running = await start();
    if (running) useBridge(running.bridge);
  });
  afterAll(() => running?.close());

  const over = (title: string, run: (running: Running) => Promise<void>) =>
    test(title, async (context) => {
      if (!running) return context.skip(`${name} is not installed here`);
      await run(running);
    });

  over("keeps types, nulls and JSON", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    const rows =
      await sql`select ${7}::int as i, ${null}::text as n, ${JSON.stringify({ a: [1] })}::jsonb as j, true as b`;
    expect(rows).toEqual([{ i: 7, n: null, j: { a: [1] }, b: true }]);
  });

  over("gives the SQLSTATE and the constraint of what Postgres refuses", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    await sql`create table refused (id int constraint one_of_each primary key)`;
    await sql`insert into refused values (1)`;
    await expect(sql`insert into refused values (1)`).rejects.toMatchObject({
      code: "23505",
      constraint: "one_of_each",
    });
    await expect(sql`select * from nowhere`).rejects.toMatchObject({ code: "42P01" });
  });

  over("undoes the whole batch when one statement of it fails", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    await sql`create table batch (id int primary key)`;
    const failing = sql.transaction([sql`insert into batch values (1)`, sql`insert into batch values (1)`]);
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect(await sql`select * from batch`).toEqual([]);
  });

  over("passes the isolation level of a batch on", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    const level = sql`select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as ro`;
    const [rows] = await sql.transaction([level], { isolationLevel: "Serializable", readOnly: true });
    expect(rows).toEqual([{ level: "serializable", ro: "on" }]);
  });

  over("forgets a transaction that a single statement opened", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    await sql`begin`;
    await sql`create table kept (id int)`;
    expect(await sql`select to_regclass('kept')::text as name`).toEqual([{ name: "kept" }]);
  });

  over("keeps others out of a transaction until it ends", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    await sql`create table account (id int primary key, amount int)`;
    await sql`insert into account values (1, 0)`;
    const pool = new Pool({ connectionString: databaseUrl, max: 4 });
    const add = async () => {
      const client = await pool.connect();
      try {
        await client.query("begin");
        const { rows } = await client.query<{ amount: number }>("select amount from account where id = 1 for update");
        await client.query("update account set amount = $1 where id = 1", [Number(rows[0]?.amount) + 1]);
        await client.query("commit");
      } finally {
        client.release();
      }
    };
    const single = () => sql`update account set amount = amount + 1 where id = 1`;
    await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? single() : add())));
    expect(await sql`select amount from account`).toEqual([{ amount: 12 }]);
    await pool.end();
  });

  over("lets two connections prepare statements of the same name", async ({ databaseUrl }) => {
    const [a, b] = [new pg.Client({ connectionString: databaseUrl }), new pg.Client({ connectionString: databaseUrl })];
    await Promise.all([a.connect(), b.connect()]);
    const one = await a.query({ name: "same", text: "select 1 as n" });
    const two = await b.query({ name: "same", text: "select 2 as n" });
    const again = await a.query({ name: "same", text: "select 1 as n" });
    expect([one.rows, two.rows, again.rows]).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 1 }]]);
    await Promise.all([a.end(), b.end()]);
  });

  over("frees what a client that vanished in a transaction held", async ({ databaseUrl }) => {
    const sql = neon(databaseUrl);
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on("error", () => {});
    await client.connect();
    await client.query("begin");
    await client.query("create table vanished (id int)");
    client.connection.stream.destroy();
    expect(await sql`select to_regclass('vanished') as name`).toEqual([{ name: null }]);
  });

  over("counts statements of both protocols and nothing else", async ({ databaseUrl, bridge }) => {
    const sql = neon(databaseUrl);
    const before = bridge.queries();
    await sql`select 1`;
    await sql.transaction([sql`select 1`, sql`select 2`]);
    const pool = new Pool({ connectionString: databaseUrl });
    await pool.query("select $1::int", [1]);
    await pool.end();
    expect(bridge.queries() - before).toBe(4);
    const stats = await fetch(`${bridge.proxyUrl}/stats`);
    expect(await stats.json()).toEqual({ queries: bridge.queries() });
    // Longer than a Worker's runtime keeps one that it means to use again, which is 5 s.
    expect(stats.headers.get("keep-alive")).toBe("timeout=75");
  });

  over("refuses another account", async ({ databaseUrl }) => {
    const other = new URL(databaseUrl);
    other.username = "somebody";
    other.password = "else";
    await expect(neon(other.href)`select 1`).rejects.toMatchObject({ code: "28P01" });
  });

  over("survives garbage on every port", async ({ databaseUrl, bridge }) => {
    const headers = { "neon-connection-string": databaseUrl };
    for (const body of ["", "{", "[]", "null", '{"query":5}', '{"queries":[{}]}']) {
      const answer = await fetch(`${bridge.proxyUrl}/sql`, { method: "POST", headers, body });
      expect(answer.status, body).toBe(400);
      expect(await answer.json()).toMatchObject({ code: "08P01" });
    }
    const ports = [new URL(bridge.proxyUrl).port, new URL(databaseUrl).port];
    for (const port of ports)
      for (const bytes of [Buffer.alloc(64), Buffer.from("GET / HTTP/9\r\n\r\n"), Buffer.alloc(64, 255)])
        await new Promise<void>((resolve) => {
          const socket = connect(Number(port), "127.0.0.1", () => socket.end(bytes));
          socket
            .resume()
            .on("error", () => {})
            .on("close", () => resolve());
        });
    expect(await neon(databaseUrl)`select 1 as alive`).toEqual([{ alive: 1 }]);
  });

  over("is migrated once, however often it is asked", async ({ databaseUrl }) => {
    await migrate(databaseUrl);
    const sql = neon(databaseUrl);
    const applied = await sql`select count(*)::int as n from drizzle.__drizzle_migrations`;
    await migrate(databaseUrl);
    expect(await sql`select count(*)::int as n from drizzle.__drizzle_migrations`).toEqual(applied);
    expect(applied).not.toEqual([{ n: 0 }]);
  });
});

describe("a store in a directory", () => {
  const dir = mkdtempSync(join(tmpdir(), "mcpctl-store-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("keeps what it has, and lets nobody else in while it is open", async () => {
    const dataDir = join(dir, "kept");
    const first = await startLocalStore({ dataDir, password: "the same" });
    useBridge(first);
    await neon(first.databaseUrl)`create table kept as select 42 as answer`;
    await expect(startLocalStore({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
    await first.close();

    const second = await startLocalStore({ dataDir, password: "the same" });
    useBridge(second);
    expect(await neon(second.databaseUrl)`select * from kept`).toEqual([{ answer: 42 }]);
    await second.close();
  });

  test("says which directory is damaged and what to do", async () => {
    const dataDir = join(dir, "damaged");
    const store = await startLocalStore({ dataDir });
    await store.close();
    writeFileSync(join(dataDir, "global", "pg_control"), "nonsense");
    await expect(startLocalStore({ dataDir })).rejects.toThrow(/damaged.*can't be opened.*move it away/s);
  });
});
