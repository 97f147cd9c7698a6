/** A store of the first version, with what people had in it, becomes one of this version: all of it still reads, and can be changed. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { PrivatePostgres } from "#db/local/private-postgres";
import { root } from "../../infra/paths.ts";
import { type Api, apiOf } from "../harness/api-client.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { startPostgres } from "../harness/test-store.ts";

let store: PrivatePostgres | undefined;
let edge: TestEdge | undefined;
let admin: Api;

const hash = "ab".repeat(32);
const old = {
  user: {
    system: { email: "sys@example.com" },
    ada: { email: "ada@example.com", displayName: "Ada" },
  },
  group: { team: { members: ["ada"] } },
  project: { "mcpctl-system": { members: ["ada"] }, default: { members: [] } },
  secretbackend: { plain: { type: "plaintext", isDefault: true } },
  secret: { key: { backend: "plain" } },
  llm: { gpt: { type: "openai", model: "m", tier: "fast", timeouts: { firstByte: 300000, idle: 120000 } } },
  rbac: {
    ci: {
      subjects: [{ kind: "ServiceAccount", name: "ci/deployer" }],
      bindings: [{ role: "run", resource: "llms" }],
      operations: [],
    },
    odd: { subjects: [{ kind: "ServiceAccount", name: "Anything at all" }], bindings: [], operations: [] },
  },
} as const;
const plurals: Record<keyof typeof old, string> = {
  user: "users",
  group: "groups",
  project: "projects",
  secretbackend: "secretbackends",
  secret: "secrets",
  llm: "llms",
  rbac: "rbac",
};

async function asFirstVersion(databaseUrl: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mcpctl-old-"));
  cpSync(`${root}/db/migrations`, folder, { recursive: true });
  const file = join(folder, "meta/_journal.json");
  const journal = z
    .looseObject({ entries: z.array(z.looseObject({ idx: z.int() })) })
    .parse(JSON.parse(readFileSync(file, "utf8")));
  writeFileSync(file, JSON.stringify({ ...journal, entries: journal.entries.filter((e) => e.idx < 2) }));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await applyMigrations(drizzle(client), { migrationsFolder: folder });
    for (const [kind, all] of Object.entries(old))
      for (const [name, spec] of Object.entries(all))
        await client.query(`insert into "${kind}" (id, name, labels, spec, status) values ($1, $2, $3, $4, $5)`, [
          `${kind}-${name}`,
          name,
          JSON.stringify(kind === "llm" ? { "my label!": "has spaces" } : {}),
          JSON.stringify(spec),
          JSON.stringify(
            kind === "llm" ? { lifecycle: "public", state: "active" } : kind === "secret" ? { keys: [] } : {},
          ),
        ]);
    await client.query(
      `insert into group_to_user (from_id, path, to_id) values ('group-team', 'members[0]', 'user-ada')`,
    );
    await client.query(
      `insert into project_to_user (from_id, path, to_id) values ('project-mcpctl-system', 'members[0]', 'user-ada')`,
    );
    await client.query(
      `insert into secret_to_secretbackend (from_id, path, to_id) values ('secret-key', 'backend', 'secretbackend-plain')`,
    );
    await client.query(
      "insert into mcptoken (id, name, scope_id, spec, status) values ('t', 'ci', 'project-default', $1, $2)",
      [
        JSON.stringify({ project: "default", expiry: "never", rbac: "empty", bindings: [], operations: [] }),
        JSON.stringify({ state: "active", hash, createdBy: "ada" }),
      ],
    );
  } finally {
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

beforeAll(async () => {
  store = await startPostgres();
  if (!store) return;
  await asFirstVersion(store.databaseUrl);
  edge = await startEdge({ store: store.databaseUrl });
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  await store?.stop();
});

test("everything reads and can be changed", async (context) => {
  if (!edge || !store) return context.skip();
  const client = new pg.Client({ connectionString: store.databaseUrl });
  await client.connect();
  // As an administrator of that time.
  const { hashCredential } = await import("../../edge/identity/credential.ts");
  const { mintToken } = await import("#db/crypto/token");
  const token = mintToken();
  await client.query(
    `insert into session (id, user_id, kind, name, hash) values ('s', 'user-ada', 'personal', 'x', $1)`,
    [hashCredential(token)],
  );
  await client.query(`insert into rbac (id, name, spec) values ('adm', 'adm', $1)`, [
    JSON.stringify({
      subjects: [{ kind: "User", name: "ada" }],
      bindings: [
        { role: "edit", resource: "*" },
        { role: "run", resource: "*" },
      ],
      operations: [],
    }),
  ]);
  await client.query(`insert into rbac_to_user (from_id, path, to_id) values ('adm', 'subjects[0].name', 'user-ada')`);
  await client.end();
  admin = apiOf(edge.url, token);
  for (const [kind, all] of Object.entries(old))
    for (const name of Object.keys(all)) {
      const at = `/api/v1/${plurals[kind as keyof typeof old]}/${name}`;
      expect((await admin.call("GET", at)).status, at).toBe(200);
      expect((await admin.call("GET", `/api/v1/${plurals[kind as keyof typeof old]}`)).status).toBe(200);
      const change = kind === "user" ? { displayName: "changed" } : { description: "changed" };
      const answer = await admin.call("PATCH", at, change);
      expect(answer.status, `${at} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
    }
  expect((await admin.call("GET", "/api/v1/mcptokens/ci")).status).toBe(200);
  // Somebody who happened to be called so is no part of the product.
  expect((await admin.call("DELETE", "/api/v1/users/system")).status).toBe(200);
  expect((await admin.call("GET", "/api/v1/projects/default/referrers")).status).toBe(200);
  expect(
    (await admin.call("PATCH", "/api/v1/llms/gpt", { labels: { "my label!": null }, description: "d" })).status,
  ).toBe(200);
  const mended = { subjects: [{ kind: "User", name: "ada" }], description: "mended" };
  for (const name of ["ci", "odd"])
    expect((await admin.call("PATCH", `/api/v1/rbac/${name}`, mended)).status).toBe(200);
  expect((await admin.call("GET", "/api/v1/prompts/page-titles")).status).toBe(200);
  expect((await admin.call("GET", "/api/v1/templates")).status).toBe(200);
});
