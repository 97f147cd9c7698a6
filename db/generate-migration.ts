/**
 * Writes the next migration: the difference between the tables as the code describes them and the last snapshot. Review the
 * SQL and commit it with the change: `npm run migrations -- NAME`.
 *
 * drizzle-kit's own command finds tables by a module's exports only; ours are derived in a loop.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { everyTable } from "./tables/index.ts";

type Snapshot = Awaited<ReturnType<typeof generateDrizzleJson>>;

const dir = new URL("./migrations/", import.meta.url);
const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error("Give the migration a name of lower-case letters, digits and _: npm run migrations -- add_clusters");
  process.exit(2);
}

const journalFile = new URL("meta/_journal.json", dir);
const journal: { version: string; dialect: string; entries: Record<string, unknown>[] } = existsSync(journalFile)
  ? JSON.parse(readFileSync(journalFile, "utf8"))
  : { version: "7", dialect: "postgresql", entries: [] };

const snapshots = readdirSync(new URL("meta/", dir))
  .filter((f) => f.endsWith("_snapshot.json"))
  .sort();
const last = snapshots.at(-1);
const before: Snapshot = last
  ? JSON.parse(readFileSync(new URL(`meta/${last}`, dir), "utf8"))
  : generateDrizzleJson({});
const after = generateDrizzleJson(everyTable, before.id);
const statements = await generateMigration(before, after);
if (statements.length === 0) {
  console.log("The tables are as the last migration left them.");
} else {
  const idx = journal.entries.length;
  const tag = `${String(idx).padStart(4, "0")}_${name}`;
  writeFileSync(new URL(`${tag}.sql`, dir), `${statements.join("\n--> statement-breakpoint\n")}\n`);
  writeFileSync(
    new URL(`meta/${String(idx).padStart(4, "0")}_snapshot.json`, dir),
    `${JSON.stringify(after, null, 2)}\n`,
  );
  journal.entries.push({ idx, version: "7", when: Date.now(), tag, breakpoints: true });
  writeFileSync(journalFile, `${JSON.stringify(journal, null, 2)}\n`);
  console.log(`db/migrations/${tag}.sql: ${statements.length} statements. Review it.`);
}
