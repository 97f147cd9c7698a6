/** `npm start` in the background, as a person runs it: through npm, with processes that are killed. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../infra/free-port.ts";
import type { DevFile } from "../../infra/launch/dev-file.ts";
import { root } from "../../infra/paths.ts";
import { verifies } from "../requirements.ts";
import { ask, newHome, nothingRuns, type Outcome, processesOf, readDev, whoAmI } from "./starting.ts";

const { home, env, npm } = newHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));

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

  test("prints things to try that work as they stand", async () => {
    const [, next = ""] = started.stdout.split("Try next:");
    for (const line of next.match(/^ {2}(?:npx|curl) .+$/gm) ?? []) {
      const child = spawn("/bin/sh", ["-c", line], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
      expect(code, `${line}\n${stderr}`).toBe(0);
      expect(stdout, line).toContain("demo");
    }
  });

  test(verifies("start.ready", "keeps its secrets from other users of the machine"), () => {
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

  test("refuses a second start over the same data, and one on the same port", async () => {
    const again = await npm("start", "--", "--detach", "--port", String(await freePort()), "--data", data);
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain(`runs here already: ${first.edge}`);
    const busy = await npm("start", "--", "--detach", "--port", String(port), "--data", join(home, "busy"));
    expect(busy.code).not.toBe(0);
    expect(busy.stderr).toMatch(new RegExp(`Port ${port} is in use.*--port \\d+`));
  });

  test.each(["edge", "store", "agent", "demo"])("starts %s again when it is killed", async (name) => {
    const before = readDev(data).pids[name];
    if (before === undefined) throw new Error(`there is no process ${name}`);
    process.kill(before, "SIGKILL");
    await expect.poll(() => readDev(data).pids[name] ?? before, { timeout: 30_000 }).not.toBe(before);
    await expect.poll(async () => (await ask(first, "And now?")).status, { timeout: 30_000, interval: 200 }).toBe(200);
  });

  test(
    verifies("start.no-orphans", "leaves no process after npm stop, and the next start finds what was kept"),
    async () => {
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
    },
  );

  test(
    verifies(
      "start.no-orphans",
      "leaves no process after kill -9 of its supervisor, and the next start goes on from there",
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

  test("forgets with --fresh what was kept", async () => {
    await npm("stop", "--", "--data", data);
    const fresh = await npm("start", "--", "--detach", "--fresh", "--port", String(port), "--data", data);
    expect(fresh.code, fresh.stderr).toBe(0);
    const dev = readDev(data);
    expect(dev.adminToken).not.toBe(first.adminToken);
    expect((await whoAmI({ ...dev, adminToken: first.adminToken })).status).toBe(401);
  });
});

test("npm stop where nothing runs says so", async () => {
  const { code, stdout } = await npm("stop", "--", "--data", join(home, "nothing"));
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: `Nothing runs in ${join(home, "nothing")}.` });
});

function readJson(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, "utf8"));
}
