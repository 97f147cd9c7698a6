/** `npm start` as a person runs it: through npm, with processes that are killed. */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type PrivatePostgres, startPrivatePostgres } from "#db/local/private-postgres";
import { isRunning } from "#db/local/process-lock";
import { freePort } from "../../infra/free-port.ts";
import { type DevFile, devFile } from "../../infra/launch/dev-file.ts";
import { root } from "../../infra/paths.ts";
import { verifies } from "../requirements.ts";

const home = mkdtempSync(join(tmpdir(), "mcpctl-start-"));
// Contexts are written to a home of the test's own; what vitest sets would change what Node and colours do.
const { NODE_OPTIONS: _, VITEST: __, ...inherited } = process.env;
const env = {
  ...inherited,
  HOME: home,
  XDG_CONFIG_HOME: join(home, "config"),
  MCPCTL_HOME: join(home, "mcpctl"),
  NO_COLOR: "1",
};
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function npm(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile("npm", ["--silent", ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

const readDev = (data: string): DevFile => devFile.parse(JSON.parse(readFileSync(join(data, "dev.json"), "utf8")));

/** Every process that belongs to the system: each part has a process group of its own. */
function processesOf({ pids }: DevFile): string[] {
  const groups = new Set(Object.values(pids).map(String));
  return execFileSync("ps", ["-eo", "pgid=,pid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => {
      const [group, pid, stat] = line.trim().split(/\s+/);
      return stat !== undefined && !stat.startsWith("Z") && (groups.has(group ?? "") || groups.has(pid ?? ""));
    });
}

const nothingRuns = (dev: DevFile) =>
  expect.poll(() => processesOf(dev), { timeout: 20_000, interval: 100 }).toEqual([]);

const whoAmI = (dev: DevFile) =>
  fetch(`${dev.edge}/api/v1/auth/me`, { headers: { authorization: `Bearer ${dev.adminToken}` } });

const ask = (dev: DevFile, question: string) =>
  fetch(`${dev.edge}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${dev.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: question }] }),
  });

describe("npm start -- --detach", () => {
  const data = join(home, "detached");
  let port: number;
  let first: DevFile;
  let started: Outcome;
  beforeAll(async () => {
    port = await freePort();
    started = await npm("start", "--", "--detach", "--port", String(port), "--data", data);
    expect(started.code, started.stderr).toBe(0);
    first = readDev(data);
  });
  afterAll(() => npm("stop", "--", "--data", data));

  test(verifies("start.ready", "says where it is, how to get in, what is published and three things to try"), () => {
    expect(started.stdout).toContain(first.edge);
    expect(started.stdout).toContain(first.adminToken);
    expect(started.stdout).toMatch(/Published +demo/);
    expect(started.stdout).toMatch(/ready after \d+\.\d s \(first start\)/);
    const [, next = ""] = started.stdout.split("Try next:");
    expect(next.match(/^ {2}(npx|curl) .+$/gm)).toHaveLength(3);
  });

  test("what it says to try works as it stands", async () => {
    const [, next = ""] = started.stdout.split("Try next:");
    for (const line of next.match(/^ {2}(?:npx|curl) .+$/gm) ?? []) {
      const child = spawn("/bin/sh", ["-c", line], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
      expect(code, `${line}\n${stderr}`).toBe(0);
      expect(stdout, line).toContain("demo");
    }
  });

  test(verifies("start.ready", "keeps its secrets from others"), () => {
    for (const file of ["dev.json", "keys.json", "admin.json", "mcplocal.yaml"])
      expect((statSync(join(data, file)).mode & 0o777).toString(8), file).toBe("600");
    const args = execFileSync("ps", ["-eo", "args="], { encoding: "utf8" });
    const secrets = [
      first.adminToken,
      new URL(first.store).password,
      ...Object.values(readJson(join(data, "keys.json"))),
    ];
    for (const secret of secrets) expect(args).not.toContain(secret);
    expect(readFileSync(join(data, "edge", "workerd.capnp"), "utf8")).not.toContain(new URL(first.store).password);
  });

  test("answers through the model it published", async () => {
    const answer = await ask(first, "Is anybody there?");
    const said = await answer.text();
    expect(answer.status, said).toBe(200);
    expect(said).toContain("Is anybody there?");
  });

  test("a second start beside it says so, and on its port as well", async () => {
    const again = await npm("start", "--", "--detach", "--port", String(await freePort()), "--data", data);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain(`runs here already: ${first.edge}`);
    const busy = await npm("start", "--", "--detach", "--port", String(port), "--data", join(home, "busy"));
    expect(busy.code).not.toBe(0);
    expect(busy.stderr).toMatch(new RegExp(`Port ${port} is in use.*--port \\d+`));
  });

  test.each(["edge", "store", "agent", "demo"])("%s is started again when it is killed", async (name) => {
    const before = readDev(data).pids[name];
    if (before === undefined) throw new Error(`there is no process ${name}`);
    process.kill(before, "SIGKILL");
    await expect.poll(() => readDev(data).pids[name] ?? before, { timeout: 30_000 }).not.toBe(before);
    await expect.poll(async () => (await ask(first, "And now?")).status, { timeout: 30_000, interval: 200 }).toBe(200);
  });

  test(verifies("start.no-orphans", "npm stop leaves no process, and the next start finds what was kept"), async () => {
    const before = readDev(data);
    const stopped = await npm("stop", "--", "--data", data);
    expect(stopped.code, stopped.stderr).toBe(0);
    expect(processesOf(before)).toEqual([]);
    const again = await npm("start", "--", "--detach", "--port", String(port), "--data", data);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain("with existing data");
    const dev = readDev(data);
    expect(dev.adminToken).toBe(first.adminToken);
    expect((await whoAmI(dev)).status).toBe(200);
  });

  test(
    verifies(
      "start.no-orphans",
      "kill -9 of what keeps all others leaves no process, and the next start goes on from there",
    ),
    async () => {
      const before = readDev(data);
      process.kill(before.pids["supervisor"] ?? Number.NaN, "SIGKILL");
      await nothingRuns(before);
      const again = await npm("start", "--", "--detach", "--port", String(port), "--data", data);
      expect(again.code, again.stderr).toBe(0);
      expect((await whoAmI(readDev(data))).status).toBe(200);
    },
  );

  test("--fresh forgets what was kept", async () => {
    await npm("stop", "--", "--data", data);
    const fresh = await npm("start", "--", "--detach", "--fresh", "--port", String(port), "--data", data);
    expect(fresh.code, fresh.stderr).toBe(0);
    const dev = readDev(data);
    expect(dev.adminToken).not.toBe(first.adminToken);
    expect((await whoAmI({ ...dev, adminToken: first.adminToken })).status).toBe(401);
  });
});

describe("npm start in the foreground", () => {
  const data = join(home, "foreground");
  let child: ChildProcess | undefined;
  afterEach(() => {
    if (child?.pid === undefined) return;
    try {
      // Its own group: what a terminal would end, and whatever a failed test left of it.
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      expect(error).toMatchObject({ code: "ESRCH" });
    }
  });

  async function start(): Promise<{ npm: ChildProcess & { pid: number }; dev: DevFile }> {
    const started = spawn("npm", ["--silent", "start", "--", "--port", String(await freePort()), "--data", data], {
      cwd: root,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    let said = "";
    for (const stream of [started.stdout, started.stderr]) stream.on("data", (chunk) => (said += chunk));
    await expect.poll(() => said, { timeout: 90_000 }).toContain("Ctrl-C stops everything");
    const { pid } = started;
    if (pid === undefined) throw new Error("npm did not start");
    return { npm: Object.assign(started, { pid }), dev: readDev(data) };
  }

  test(verifies("start.no-orphans", "Ctrl-C stops everything"), async () => {
    const { npm: running, dev } = await start();
    const exit = once(running, "exit");
    process.kill(-running.pid, "SIGINT");
    await exit;
    await nothingRuns(dev);
    expect(isRunning(dev.pids["supervisor"] ?? 0)).toBe(false);
  });

  test(verifies("start.no-orphans", "kill -9 of npm leaves no process"), async () => {
    const { npm: running, dev } = await start();
    running.kill("SIGKILL");
    await nothingRuns(dev);
  });
});

describe("npm start -- --store URL", () => {
  const data = join(home, "postgres");
  let postgres: PrivatePostgres | undefined;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres?.stop());

  const start = async (url: string, ...more: string[]) =>
    npm("start", "--", "--detach", "--store", url, "--port", String(await freePort()), "--data", data, ...more);

  test("keeps everything in a PostgreSQL proper, and tells who lost the way in what to do", async (context) => {
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

  test("says which store can't be reached", async () => {
    const nobody = `postgresql://postgres@127.0.0.1:${await freePort()}/postgres`;
    const failed = await start(nobody);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toMatch(/store at 127\.0\.0\.1:\d+\/postgres could not be migrated: .*ECONNREFUSED/);
  });
});

test("npm stop where nothing runs says so", async () => {
  const { code, stdout } = await npm("stop", "--", "--data", join(home, "nothing"));
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: `Nothing runs in ${join(home, "nothing")}.` });
});

function readJson(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, "utf8"));
}
