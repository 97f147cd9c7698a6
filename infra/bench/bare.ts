/** The floor under the edge: plain workerd with a worker that does nothing but pass on. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { type KeptProcess, keep } from "../launch/kept-process.ts";
import { workerdBinary } from "../launch/platform-binary.ts";
import type { Target } from "./targets.ts";

const worker = `export default {
  fetch(request, env) {
    const url = new URL(request.url);
    return fetch(env.PROVIDER + url.pathname, { method: request.method, headers: request.headers, body: request.body });
  },
};`;

const config = (provider: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "index.js", esModule = embed "index.js") ],
  compatibilityDate = "2026-10-23",
  bindings = [ (name = "PROVIDER", text = "${provider}") ],
);`;

const listening = z.object({ event: z.literal("listen"), port: z.int() });

/** workerd says on its control descriptor which port it got. */
async function firstLine(child: KeptProcess): Promise<string> {
  if (child.control) for await (const line of createInterface({ input: child.control })) return line;
  throw new Error(`bare workerd ended before it listened (${await child.ended})`);
}

export async function startBare(provider: string): Promise<Target> {
  const folder = await mkdtemp(path.join(tmpdir(), "mcpctl-bare-"));
  await writeFile(path.join(folder, "index.js"), worker);
  await writeFile(path.join(folder, "config.capnp"), config(provider));
  const child = await keep({
    command: workerdBinary(),
    args: ["serve", "--control-fd=3", path.join(folder, "config.capnp")],
    env: {},
    output: "ignore",
    control: true,
  });
  const { port } = listening.parse(JSON.parse(await firstLine(child)));
  return {
    name: "bare workerd",
    url: `http://127.0.0.1:${port}`,
    headers: {},
    pid: child.pid,
    async stop() {
      await child.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
