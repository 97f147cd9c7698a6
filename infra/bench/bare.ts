/** The floor under the edge: plain workerd with a worker that does nothing but pass on. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { start } from "../line-process.ts";
import { workerdBinary } from "../platform-binary.ts";
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

export async function startBare(provider: string): Promise<Target> {
  const folder = await mkdtemp(path.join(tmpdir(), "mcpctl-bare-"));
  await writeFile(path.join(folder, "index.js"), worker);
  await writeFile(path.join(folder, "config.capnp"), config(provider));
  // workerd says on the control descriptor which port it got; here that is stdout.
  const child = start(workerdBinary(), ["serve", "--control-fd=1", path.join(folder, "config.capnp")]);
  const { port } = z.object({ port: z.int() }).parse(JSON.parse(await child.line()));
  return {
    name: "bare workerd",
    url: `http://127.0.0.1:${port}`,
    headers: {},
    pid: child.pid,
    async stop() {
      // Plain workerd waits on SIGTERM for open connections, which the load generator keeps.
      await child.stop("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
