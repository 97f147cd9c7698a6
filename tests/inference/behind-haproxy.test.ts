/** The recipe of docs/operating.md for an edge behind HAProxy, as it stands there: a client that hangs up is noticed at once. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../infra/free-port.ts";
import { call } from "../fakes/caller.ts";
import { chat, silence } from "../fakes/provider.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, messages, startInferenceWorld } from "./world.ts";

/** More than the 0.1 s after which the edge keeps a request whose client goes. */
const LASTED_MS = 300;

/** Debian's, which is not in everybody's PATH. */
const haproxy = ["haproxy", "/usr/sbin/haproxy"].find((command) => {
  try {
    execFileSync(command, ["-v"]);
    return true;
  } catch {
    return false;
  }
});

const folder = mkdtempSync(path.join(tmpdir(), "mcpctl-haproxy-"));
let world: InferenceWorld;
let proxy: ChildProcess | undefined;
let url: string;

beforeAll(async () => {
  if (haproxy === undefined) return;
  world = await startInferenceWorld();
  const guide = readFileSync(path.join(import.meta.dirname, "../../docs/operating.md"), "utf8");
  const recipe = /```haproxy\n(.*?)```/s.exec(guide)?.[1] ?? "";
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const config = recipe
    .replace("bind :8080", `bind 127.0.0.1:${port}`)
    .replace("127.0.0.1:8787", new URL(world.edge.url).host);
  expect(config).toContain(new URL(world.edge.url).host);
  const file = path.join(folder, "haproxy.cfg");
  writeFileSync(file, config);
  proxy = spawn(haproxy, ["-db", "-f", file], { stdio: "inherit" });
  await until("HAProxy listens", async () => {
    const socket = connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    return connected;
  });
});

afterAll(async () => {
  proxy?.kill();
  if (proxy && proxy.exitCode === null) await once(proxy, "exit");
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(haproxy === undefined).each([
  ["does not stream", false],
  ["streams", true],
])(
  verifies(
    ["inference.hang-up", "inference.unheard"],
    "a client that hangs up behind HAProxy ends the provider's work within 1 s, before an answer that %s",
  ),
  async (_, stream) => {
    world.provider.received.length = 0;
    world.provider.does(silence);
    const gone = "error = 'client_gone' and status = '499'";
    const before = await world.recorded(gone);
    const caller = await call(url, "/v1/chat/completions", world.token, { model: "gpt", messages, stream });
    await until("the provider was asked", () => world.provider.received.length === 1);
    // Only a request that has lasted a while is kept, for its record, when its client goes.
    await new Promise((resolve) => setTimeout(resolve, LASTED_MS));
    const at = Date.now();
    caller.hangUp();
    expect((await world.first().hungUp) - at).toBeLessThan(1_000);
    await until("it is recorded", async () => (await world.recorded(gone)) === before + 1);
  },
);

test.skipIf(haproxy === undefined)("a client that stays gets its answer through HAProxy", async () => {
  world.provider.does(chat("Hello."));
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.token}` },
    body: JSON.stringify({ model: "gpt", messages }),
  });
  expect(((await answer.json()) as { choices: object[] }).choices).toHaveLength(1);
});
