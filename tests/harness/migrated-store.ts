/** A store in memory with all migrations applied, in well under a second: what the first one was is kept and copied. */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { type LocalStore, startLocalStore } from "#db/local/index";
import { migrate } from "#db/migrate";
import { cacheDir, root } from "../../infra/paths.ts";
import { writeAtomically } from "../../infra/write-file.ts";

export async function startMigratedStore(): Promise<LocalStore> {
  const file = `${cacheDir}/store-${fingerprint()}.tar`;
  if (existsSync(file)) return startLocalStore({ from: new Blob([readFileSync(file)]) });
  const store = await startLocalStore();
  try {
    await migrate(store.databaseUrl);
    writeAtomically(file, Buffer.from(await (await store.dump()).arrayBuffer()), 0o600);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function fingerprint(): string {
  const hash = createHash("sha256").update(readFileSync(`${root}/node_modules/@electric-sql/pglite/package.json`));
  for (const file of globSync("db/{migrations/**/*.{sql,json},system/*.ts,change-log.ts}", { cwd: root }).sort())
    hash.update(file).update(readFileSync(`${root}/${file}`));
  return hash.digest("hex").slice(0, 16);
}
