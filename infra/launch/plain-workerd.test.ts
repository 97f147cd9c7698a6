import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KeptProcess, keep } from "./kept-process.ts";
import { workerdBinary } from "./platform-binary.ts";
import { triggerSchedule } from "./trigger-schedule.ts";
import { readWrangler, workerdConfig } from "./workerd.ts";

const dir = mkdtempSync(join(tmpdir(), "mcpctl-workerd-"));
const cronSocket = join(dir, "cron.sock");
let child: KeptProcess;
let url = "";

/** Answers with what it was given; remembers the last cron in an object. */
const worker = `
import { DurableObject } from "cloudflare:workers";
export class Memory extends DurableObject {
  constructor(ctx, env) { super(ctx, env); ctx.storage.sql.exec("create table if not exists seen (cron text)"); }
  remember(cron) { this.ctx.storage.sql.exec("insert into seen values (?)", cron); }
  seen() { return this.ctx.storage.sql.exec("select cron from seen").toArray().map((row) => row.cron); }
}
export default {
  async fetch(request, env) {
    return Response.json({ text: env.TEXT, secret: env.SECRET, seen: await env.MEMORY.getByName("one").seen() });
  },
  async scheduled({ cron }, env) {
    if (cron === "fails") throw new Error("it fails");
    await env.MEMORY.getByName("one").remember(cron);
  },
};`;

const toml = `
name = "trial"
main = "unused"
compatibility_date = "2026-10-23"
compatibility_flags = ["nodejs_compat"]
[vars]
TEXT = "with \\"quotes\\", \\\\ and\\nlines — and ünïcode"
[[durable_objects.bindings]]
name = "MEMORY"
class_name = "Memory"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Memory"]
[triggers]
crons = ["* * * * *"]`;

beforeAll(async () => {
  mkdirSync(join(dir, "objects"));
  writeFileSync(join(dir, "edge.js"), worker);
  const config = workerdConfig(readWrangler(toml), {
    bundle: "edge.js",
    objectsDir: join(dir, "objects"),
    address: "127.0.0.1:0",
    cronAddress: `unix:${cronSocket}`,
    secrets: ["SECRET"],
  });
  writeFileSync(join(dir, "config.capnp"), config);
  child = await keep({
    command: workerdBinary(),
    args: ["serve", "--experimental", "--control-fd=3", join(dir, "config.capnp")],
    env: { SECRET: "from the environment" },
    output: "ignore",
    control: true,
  });
  if (!child.control) throw new Error("no control descriptor");
  for await (const line of createInterface({ input: child.control })) {
    const { socket, port } = JSON.parse(line);
    if (socket === "http") {
      url = `http://127.0.0.1:${port}`;
      break;
    }
  }
});
afterAll(async () => {
  await child.stop();
  rmSync(dir, { recursive: true, force: true });
});

const ask = async () => (await fetch(url)).json();

test("variables arrive as they were written and secrets from the environment", async () => {
  expect(await ask()).toMatchObject({
    text: 'with "quotes", \\ and\nlines — and ünïcode',
    secret: "from the environment",
  });
});

test("the scheduled handler runs with its cron, reaches objects, and its failure is told", async () => {
  await triggerSchedule(cronSocket, "*/5 * * * *");
  expect(await ask()).toMatchObject({ seen: ["*/5 * * * *"] });
  await expect(triggerSchedule(cronSocket, "fails")).rejects.toThrow(/failed/);
});
