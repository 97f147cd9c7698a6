/** `npm start` over a PostgreSQL that somebody brings. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PrivatePostgres, startPrivatePostgres } from "#db/local/private-postgres";
import { freePort } from "../../infra/free-port.ts";
import { ask, newHome, processesOf, readDev, whoAmI } from "./starting.ts";

const { home, npm } = newHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("npm start -- --store URL", () => {
  const data = join(home, "postgres");
  let postgres: PrivatePostgres | undefined;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres?.stop());

  const start = async (url: string, ...more: string[]) =>
    npm("start", "--", "--detach", "--store", url, "--port", String(await freePort()), "--data", data, ...more);

  test("keeps everything in that PostgreSQL, and says what to do when its data directory is lost", async (context) => {
    if (!postgres) return context.skip("PostgreSQL is not installed here");
    const started = await start(postgres.databaseUrl);
    expect(started.code, started.stderr).toBe(0);
    const dev = readDev(data);
    expect((await whoAmI(dev)).status).toBe(200);
    expect((await ask(dev, "Where is it kept?")).status).toBe(200);
    await npm("stop", "--", "--data", data);

    const forgotten = await start(postgres.databaseUrl, "--fresh");
    expect(forgotten.code).not.toBe(0);
    expect(forgotten.stderr).toMatch(/has users already[\s\S]*--data/);
    expect(processesOf(dev)).toEqual([]);
  });

  test("names a store that can't be reached", async () => {
    const nobody = `postgresql://postgres@127.0.0.1:${await freePort()}/postgres`;
    const failed = await start(nobody);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toMatch(/store at 127\.0\.0\.1:\d+\/postgres could not be migrated: .*ECONNREFUSED/);
  });
});
