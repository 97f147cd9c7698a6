/** A throw-away PostgreSQL proper, for what has to be shown against more than PGlite. */
import { execFile } from "node:child_process";
import { chownSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { listen } from "./listen.ts";

const execute = promisify(execFile);

export interface PrivatePostgres {
  /** `postgresql://postgres@127.0.0.1:<port>/postgres`; every database in it is the caller's. */
  databaseUrl: string;
  /** As a crash: connections break, nothing is written out. */
  stop(): Promise<void>;
}

/** @returns undefined where no PostgreSQL is installed (`apt-get install postgresql`). @throws where it does not start. */
export async function startPrivatePostgres(): Promise<PrivatePostgres | undefined> {
  const bin = postgresBinaries();
  if (!bin) return undefined;
  const dir = mkdtempSync(join(tmpdir(), "mcpctl-postgres-"));
  const asUser = await postgresUser();
  if (asUser) chownSync(dir, asUser.uid, asUser.gid);
  const run = (command: string, args: string[]) =>
    execute(join(bin, command), args, {
      cwd: dir,
      ...(asUser ?? {}),
      env: { PATH: process.env["PATH"], HOME: dir, LC_ALL: "C.UTF-8" },
    });
  const data = join(dir, "data");
  try {
    await run("initdb", ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--no-instructions"]);
    const port = await freePort();
    const settings = {
      port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: dir,
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: 400,
    };
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    await run("pg_ctl", ["-D", data, "-w", "-s", "-l", join(dir, "log"), "-o", flags.join(" "), "start"]);
    return {
      databaseUrl: `postgresql://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        await run("pg_ctl", ["-D", data, "-m", "immediate", "-s", "-w", "stop"]);
        rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Debian keeps them out of PATH, a folder for each version; the newest is taken. */
function postgresBinaries(): string | undefined {
  const found = globSync("/usr/lib/postgresql/*/bin/initdb")
    .map((path) => path.slice(0, -"/initdb".length))
    .sort((a, b) => versionOf(b) - versionOf(a));
  return found[0];
}

function versionOf(path: string): number {
  return Number(/postgresql\/(\d+)/.exec(path)?.[1] ?? 0);
}

/** PostgreSQL refuses to run as root. @returns whom to run it as, undefined to run it as ourselves. */
async function postgresUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await execute("id", [flag, "postgres"])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error("there is no user postgres to run PostgreSQL as");
  return { uid, gid };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe, 0);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
