/** What a Guard reads, against a real store: who gets what, in one statement, however much else there is. */
import { type SQLWrapper, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTrust, loadAccount, loadCluster } from "./accounts.ts";
import { findPointer, loadToken, loadUser } from "./profile.ts";

/** The store's own module is for Node, and its types would mix with workerd's. */
const infra: string = "../../tests/harness/test-store.ts";
interface Store {
  databaseUrl: string;
  close(): Promise<void>;
}

let store: Store;
let db: ReturnType<typeof drizzle>;
const reader = () => db as unknown as Parameters<typeof loadUser>[0];

/** Other people's rows: what must not show in the cost. */
const others = 2_000;

beforeAll(async () => {
  const { startTestStore } = (await import(infra)) as { startTestStore: () => Promise<Store> };
  store = await startTestStore();
  db = drizzle({ connection: { connectionString: store.databaseUrl, max: 1 } });
  const run = '\'[{"role":"run","resource":"llms"}]\'::jsonb';
  for (const statement of [
    `insert into "user"(id, name, spec) select 'u'||i, 'user'||i, jsonb_build_object('email', 'user'||i||'@example.com') from generate_series(1, ${others}) i`,
    `insert into "group"(id, name, spec) select 'g'||i, 'group'||i, '{}' from generate_series(1, ${others}) i`,
    `insert into rbac(id, name, spec) select 'r'||i, 'rbac'||i, jsonb_build_object('bindings', ${run}) from generate_series(1, ${others}) i`,
    `insert into rbac_to_user select 'r'||i, 's', 'u'||i from generate_series(100, ${others}) i`,
    `insert into group_to_user select 'g'||i, 'm', 'u'||i from generate_series(100, ${others}) i`,
    `insert into rbac_to_group select 'r'||i, 's', 'g'||i from generate_series(100, ${others}) i`,
    `insert into provided_member select 'u'||i, 'g'||i, 'https://id.example.com' from generate_series(100, ${others}) i`,
    `insert into session(id, user_id, kind, name, hash) select 's'||i, 'u'||i, 'personal', 'n', 'h'||i from generate_series(100, ${others}) i`,
    `insert into project(id, name, spec) values ('p1', 'web', '{}')`,
    `insert into mcptoken(id, name, scope_id, spec, status) select 't'||i, 't'||i, 'p1', '{}', jsonb_build_object('hash', 'k'||i, 'state', 'active') from generate_series(100, ${others}) i`,
    `insert into rbac(id, name, spec) select 'ra'||i, 'rbaca'||i, jsonb_build_object('subjects', jsonb_build_array(
       jsonb_build_object('kind', 'ServiceAccount', 'name', 'ns/app'||i, 'cluster', 'c'||i%50)), 'bindings', ${run}) from generate_series(1, ${others}) i`,
    `insert into cluster(id, name, spec) select 'c'||i, 'c'||i, jsonb_build_object('serviceAccounts', jsonb_build_object(
       'issuer', 'https://c'||i||'.example', 'audiences', jsonb_build_array('mcpctl'))) from generate_series(1, ${others}) i`,
    `insert into rbac_to_mcptoken select 'r'||i, 's', 't'||i from generate_series(100, ${others}) i`,
  ])
    await db.execute(sql.raw(statement));
});
afterAll(async () => {
  await db.$client.end();
  await store.close();
});

const define = (id: string, spec: object) =>
  db.execute(sql`update rbac set spec = ${JSON.stringify(spec)}::jsonb where id = ${id}`);

describe("a user", () => {
  test("has what definitions give them, directly and through groups, each once", async () => {
    const view = { role: "view", resource: "llms" };
    const run = { role: "run", resource: "llms", name: "gpt" };
    await define("r1", { bindings: [view], operations: [{ role: "run", action: "logs" }] });
    await define("r2", { bindings: [view, run] });
    await define("r3", { bindings: [{ role: "edit", resource: "*" }] });
    await db.execute(sql`insert into rbac_to_user values ('r1', 's', 'u1'), ('r3', 's', 'u2')`);
    await db.execute(sql`insert into group_to_user values ('g1', 'm', 'u1'), ('g2', 'm', 'u2')`);
    await db.execute(sql`insert into rbac_to_group values ('r2', 's', 'g1')`);
    const profile = await loadUser(reader(), "u1");
    expect(profile?.caller.principal).toEqual({
      kind: "User",
      id: "u1",
      name: "user1",
      email: "user1@example.com",
      groups: ["group1"],
    });
    expect(profile?.caller.grants.bindings).toHaveLength(2);
    expect(profile?.caller.grants.bindings).toEqual(expect.arrayContaining([view, run]));
    expect(profile?.caller.grants.operations).toEqual(["logs"]);
  });

  test("has what groups give that a provider puts them into, once where the group names them too", async () => {
    const view = { role: "view", resource: "secrets" };
    await define("r6", { bindings: [view] });
    await db.execute(sql`insert into rbac_to_group values ('r6', 's', 'g6')`);
    await db.execute(sql`insert into group_to_user values ('g6', 'm', 'u6')`);
    await db.execute(sql`insert into provided_member values ('u6', 'g6', 'https://a.example'), ('u6', 'g7', 'https://a.example'),
      ('u7', 'g6', 'https://b.example')`);
    expect((await loadUser(reader(), "u6"))?.caller.principal.groups).toEqual(["group6", "group7"]);
    const both = await Promise.all(["u6", "u7"].map((id) => loadUser(reader(), id)));
    expect(both.map((p) => p?.caller.grants.bindings)).toEqual([[view], [view]]);
    await db.execute(sql`delete from provided_member where user_id = 'u7'`);
    expect((await loadUser(reader(), "u7"))?.caller.grants.bindings).toEqual([]);
  });

  test("has the ways in that are neither revoked nor expired", async () => {
    await db.execute(sql`insert into session(id, user_id, kind, name, hash, expires_at, revoked_at) values
      ('login', 'u3', 'login', 'cli', 'hash-login', now() + interval '1 day', null),
      ('pat', 'u3', 'personal', 'ci', '0123456789abcdef', null, null),
      ('expired', 'u3', 'personal', 'old', 'hash-expired', now() - interval '1 second', null),
      ('revoked', 'u3', 'login', 'gone', 'hash-revoked', null, now())`);
    const credentials = (await loadUser(reader(), "u3"))?.credentials ?? [];
    expect(credentials.map((c) => c.id).sort()).toEqual(["login", "pat"]);
    expect(credentials.find((c) => c.id === "pat")).toEqual({ id: "pat", tokenName: "ci", tokenHash8: "01234567" });
    expect(credentials.find((c) => c.id === "login")?.expiresAt).toBeGreaterThan(Date.now());
  });

  test("without anything is somebody all the same", async () => {
    expect(await loadUser(reader(), "u4")).toMatchObject({
      caller: { grants: { bindings: [], operations: [] } },
      credentials: [],
    });
  });

  test("who does not exist is nobody", async () => {
    expect(await loadUser(reader(), "nobody")).toBeUndefined();
  });
});

describe("a token", () => {
  const put = (id: string, status: object) =>
    db.execute(sql`insert into mcptoken(id, name, scope_id, spec, status)
      values (${id}, ${id}, 'p1', '{}', ${JSON.stringify({ hash: `${id}-0123456789`, ...status })}::jsonb)`);

  test("has what its definitions give it, and its project", async () => {
    await put("own", { state: "active" });
    await define("r5", { bindings: [{ role: "run", resource: "llms" }] });
    await db.execute(sql`insert into rbac_to_mcptoken values ('r5', 's', 'own')`);
    expect(await loadToken(reader(), "own", 0)).toEqual({
      caller: {
        principal: { kind: "McpToken", id: "own", name: "own", project: "web", projectId: "p1" },
        grants: { bindings: [{ role: "run", resource: "llms" }], operations: [] },
      },
      credentials: [{ id: "own", tokenName: "own", tokenHash8: "own-0123" }],
    });
  });

  test("that is revoked or expired has no way in", async () => {
    const expiresAt = "2026-01-01T00:00:00.000Z";
    await put("spent", { state: "revoked" });
    await put("ending", { state: "active", expiresAt });
    const at = Date.parse(expiresAt);
    expect((await loadToken(reader(), "spent", at))?.credentials).toEqual([]);
    expect((await loadToken(reader(), "ending", at))?.credentials).toEqual([]);
    expect((await loadToken(reader(), "ending", at - 1))?.credentials).toMatchObject([{ expiresAt: at }]);
  });
});

describe("a service account", () => {
  test("has what definitions give it, of its own cluster alone", async () => {
    await define("r7", {
      subjects: [
        { kind: "ServiceAccount", name: "ci/deployer", cluster: "c1" },
        { kind: "User", name: "ann" },
      ],
      bindings: [{ role: "view", resource: "llms" }],
      operations: [{ role: "run", action: "logs" }],
    });
    expect(await loadAccount(reader(), "c1/ci/deployer")).toMatchObject({
      caller: {
        principal: { kind: "ServiceAccount", name: "c1/ci/deployer" },
        grants: { bindings: [{ role: "view", resource: "llms" }], operations: ["logs"] },
      },
    });
    for (const other of ["c2/ci/deployer", "c1/ci/other", "c1/ci/deploye"])
      expect((await loadAccount(reader(), other))?.caller.grants).toEqual({ bindings: [], operations: [] });
  });

  test("is valid as long as its cluster is as it was", async () => {
    const trust = await findTrust(reader(), "https://c7.example");
    expect(trust).toMatchObject({ cluster: "c7", issuer: "https://c7.example", audiences: ["mcpctl"] });
    const known = async () => (await loadCluster(reader(), "c7"))?.credentials.map((c) => c.id) ?? [];
    expect(await known()).toContain(trust?.fingerprint);
    await db.execute(sql`update cluster set status = '{"state":"active"}' where id = 'c7'`);
    expect(await known()).toContain(trust?.fingerprint);
    await db.execute(
      sql`update cluster set spec = jsonb_set(spec, '{serviceAccounts,audiences}', '["x"]') where id = 'c7'`,
    );
    expect(await known()).not.toContain(trust?.fingerprint);
    expect(await loadCluster(reader(), "nowhere")).toBeUndefined();
    expect(await findTrust(reader(), "https://nowhere.example")).toBeUndefined();
  });
});

describe("finding whose a hash is", () => {
  test("of either kind, and of nobody", async () => {
    expect(await findPointer(reader(), "h100")).toEqual({ guard: "user:u100", credential: "s100" });
    expect(await findPointer(reader(), "k100")).toEqual({ guard: "token:t100", credential: "t100" });
    expect(await findPointer(reader(), "nothing")).toBeUndefined();
  });

  test("never by a login's refresh token", async () => {
    await db.execute(
      sql`insert into session(id, user_id, kind, name, hash) values ('l9', 'u9', 'login', 'n', 'hash-9')`,
    );
    expect(await findPointer(reader(), "hash-9")).toBeUndefined();
  });
});

/** Tables that the planner would read whole. */
async function scans(read: (reader: Parameters<typeof loadUser>[0]) => Promise<unknown>): Promise<string[]> {
  let plan = "";
  const explain = {
    async execute(statement: SQLWrapper) {
      const { rows } = await db.execute(sql`explain (format json) ${statement}`);
      plan = JSON.stringify(rows);
      return { rows: [] };
    },
  };
  await read(explain as unknown as Parameters<typeof loadUser>[0]);
  expect(plan).toContain("Index Scan");
  return [...plan.matchAll(/"Node Type":"Seq Scan"[^}]*?"Relation Name":"(\w+)"/g)].map((m) => m[1] ?? "");
}

describe("the cost does not grow with other people's rows", () => {
  beforeAll(() => db.execute(sql`analyze`));
  test.each([
    ["a user", (r) => loadUser(r, "u500")],
    ["a token", (r) => loadToken(r, "t500", 0)],
    ["a hash", (r) => findPointer(r, "h500")],
    ["a service account", (r) => loadAccount(r, "c30/ns/app30")],
    ["a cluster", (r) => loadCluster(r, "c30")],
    ["an issuer", (r) => findTrust(r, "https://c30.example")],
  ] satisfies [string, (r: Parameters<typeof loadUser>[0]) => Promise<unknown>][])("of reading %s", async (_, read) => {
    // The project table has one row, which is read whole for good reason.
    expect((await scans(read)).filter((table) => table !== "project")).toEqual([]);
  });
});
