/** Reading the log in real stores, with transactions that overlap: their numbers are not the order in which they end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore, type Store } from "../store.ts";
import { forgetChanges } from "./forget.ts";
import { afterWrite, assertKnown, here, type Look, look } from "./log.ts";
import type { Position } from "./position.ts";
import { mostChanges } from "./times.ts";

/** The stores' own modules are for Node, and their types would mix with workerd's. */
const node = (path: string): string => path;
interface Running {
  databaseUrl: string;
  proxyUrl: string;
  close(): Promise<void>;
}
interface Client {
  connect(): Promise<void>;
  query(sql: string): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

const { everyStore } = (await import(node("../../tests/harness/test-store.ts"))) as {
  everyStore: Record<string, () => Promise<Running | undefined>>;
};

const llm = (name: string) => `insert into llm (id, name, spec) values ('${name}', '${name}', '{}')`;
const set = (name: string, n: number) =>
  `update llm set spec = '{"n": ${n}}', revision = nextval('revision') where id = '${name}'`;
const told = ({ changes }: Look) => changes.map((c) => `${c.verb} ${c.name}${c.spec["n"] ? ` ${c.spec["n"]}` : ""}`);

describe.for(Object.entries(everyStore))("the log of changes in %s", ([name, start]) => {
  let store: Running | undefined;
  let db: Store["db"];
  let connect: () => Promise<Client>;
  beforeAll(async () => {
    store = await start();
    if (!store) return;
    const { databaseUrl, proxyUrl } = store;
    db = openStore({ databaseUrl, neonProxy: proxyUrl }).db;
    const pg = (await import(node("pg"))).default;
    connect = async () => {
      const client: Client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return client;
    };
  });
  afterAll(() => store?.close());

  const over = (
    title: string,
    only: "both" | "PostgreSQL",
    run: (run: (sql: string) => Promise<unknown>) => Promise<void>,
  ) =>
    test(title, async (context) => {
      if (!store) return context.skip(`${name} is not installed here`);
      if (only === "PostgreSQL" && name !== only) return context.skip("PGlite has one session, so nothing overlaps");
      const client = await connect();
      try {
        await run((sql) => client.query(sql));
      } finally {
        await client.end();
      }
    });
  /** Everything after a position, look by look. */
  const rest = async (from: Position): Promise<{ told: string[]; at: Position }> => {
    const all: string[] = [];
    let at = from;
    for (let more = true; more; ) {
      const found = await look(db, "llm", at);
      all.push(...told(found));
      ({ more, position: at } = found);
    }
    return { told: all, at };
  };

  over("tells each change once, in order, whatever a look takes at a time", "both", async (run) => {
    const from = await here(db);
    const many = mostChanges * 2 + 50;
    await run(`insert into llm (id, name, spec) select 'n' || n, 'n' || n, '{}' from generate_series(1, ${many}) n`);
    const first = await look(db, "llm", from);
    expect(first.changes).toHaveLength(mostChanges);
    expect(first.more).toBe(true);
    await run("delete from llm where id = 'n1'");
    const { told, at } = await rest(first.position);
    expect(told).toEqual([
      ...Array.from({ length: many - mostChanges }, (_, i) => `created n${i + mostChanges + 1}`),
      "deleted n1",
    ]);
    expect(await rest(at)).toMatchObject({ told: [] });
    expect((await look(db, "secret", from)).changes).toEqual([]);
    await run("delete from llm");
  });

  over("takes less at a time where changes are large", "both", async (run) => {
    const from = await here(db);
    await run(`insert into llm (id, name, spec)
      select 'b' || n, 'b' || n, jsonb_build_object('x', repeat('y', 900000)) from generate_series(1, 5) n`);
    const first = await look(db, "llm", from);
    expect(first.changes.map((c) => c.name)).toEqual(["b1", "b2", "b3"]);
    expect((await rest(first.position)).told).toEqual(["created b4", "created b5"]);
    await run("delete from llm");
  });

  over("goes on after the write of one resource's version", "both", async (run) => {
    await run(llm("v"));
    await run(set("v", 1));
    const [row] = (await db.execute("select revision::int as revision from llm where id = 'v'")).rows;
    const { from, seen } = await afterWrite(db, "llm", Number(row?.["revision"]));
    expect(seen).toEqual({ id: "v", revision: row?.["revision"] });
    await run(set("v", 2));
    expect((await rest(from)).told.at(-1)).toBe("changed v 2");
    await expect(afterWrite(db, "llm", 999_999_999)).rejects.toMatchObject({ code: "expired" });
    await expect(afterWrite(db, "secret", Number(row?.["revision"]))).rejects.toMatchObject({ code: "expired" });
    await run("delete from llm");
  });

  over("knows what it has forgotten, and that a position comes from elsewhere", "both", async (run) => {
    const before = await here(db);
    await run(llm("old"));
    const between = await here(db);
    await forgetChanges(db, -60_000);
    await run(llm("young"));
    await forgetChanges(db);
    await expect(look(db, "llm", before)).rejects.toMatchObject({ code: "expired" });
    await expect(assertKnown(db, before)).rejects.toMatchObject({ code: "expired" });
    expect((await rest(between)).told).toEqual(["created young"]);
    await expect(look(db, "llm", { base: "900000000:900000000:" })).rejects.toMatchObject({ code: "expired" });
    await run("delete from llm");
  });

  over("holds nothing back for a transaction that takes long, and tells it when it ends", "PostgreSQL", async (run) => {
    const slow = await connect();
    const from = await here(db);
    await slow.query("begin");
    await slow.query(llm("slow"));
    await run(llm("quick"));
    const first = await rest(from);
    expect(first.told).toEqual(["created quick"]);
    await run(llm("quicker"));
    await slow.query("commit");
    const second = await rest(first.at);
    expect(second.told).toEqual(["created slow", "created quicker"]);
    expect((await rest(from)).told).toEqual(["created slow", "created quick", "created quicker"]);
    await slow.end();
    await run("delete from llm");
  });

  over("tells a row's changes as they happened, though the older transaction wrote last", "PostgreSQL", async (run) => {
    const [older, third] = [await connect(), await connect()];
    await run(llm("row"));
    const from = await here(db);
    // It has its number before the others have theirs, and changes the row after them.
    await older.query("begin");
    await older.query(llm("first"));
    await third.query("begin");
    await third.query(llm("third"));
    await run(set("row", 1));
    const early = await rest(from);
    await older.query(set("row", 2));
    await older.query("commit");
    const late = await rest(early.at);
    await third.query("commit");
    const last = await rest(late.at);
    expect([early.told, late.told, last.told]).toEqual([
      ["changed row 1"],
      ["created first", "changed row 2"],
      ["created third"],
    ]);
    await older.end();
    await third.end();
    await run("delete from llm");
  });

  over("loses and repeats nothing while many write and one reads", "PostgreSQL", async (run) => {
    for (const i of [0, 1, 2, 3, 4]) await run(llm(`r${i}`));
    const from = await here(db);
    let writing = 6;
    const writer = async (w: number) => {
      const client = await connect();
      for (let i = 1; i <= 40; i++) {
        // Rows always in the same order, so that nobody waits in a circle.
        await client.query("begin");
        await client.query(set(`r${w % 2}`, w * 1000 + i));
        await client.query(set(`r${2 + (i % 3)}`, w * 1000 + i));
        await client.query(i % 7 ? "commit" : "rollback");
      }
      await client.end();
      writing--;
    };
    const writers = Promise.all([0, 1, 2, 3, 4, 5].map(writer));
    const seqs: number[] = [];
    const last = new Map<string, { revision: number; n: unknown }>();
    let at = from;
    for (let done = false; !done; ) {
      done = writing === 0;
      for (let more = true; more; ) {
        const found = await look(db, "llm", at);
        for (const c of found.changes) {
          expect(c.revision, c.name).toBeGreaterThan(last.get(c.name)?.revision ?? 0);
          last.set(c.name, { revision: c.revision, n: c.spec["n"] });
          seqs.push(c.seq);
        }
        ({ more, position: at } = found);
      }
    }
    await writers;
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(seqs).toHaveLength(6 * 35 * 2);
    const { rows } = await db.execute("select name, spec->'n' as n from llm where name like 'r_' order by name");
    expect(rows).toEqual([...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { n }]) => ({ name, n })));
    await run("delete from llm");
  });
});
