/** A peer: Portkey's open gateway, fetched into the user's cache when the benchmark runs; never a dependency. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "../free-port.ts";
import { keep } from "../kept-process.ts";
import type { Target } from "./targets.ts";

const VERSION = "1.15.2";
/** Later ones of the range that it asks for hand it immutable headers, and every stream of it ends as a 500. */
const NODE_SERVER = "1.8.2";

/** @throws Error that says why the peer can't be had. */
export async function startPortkey(provider: string): Promise<Target> {
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const folder = path.join(cache, "mcpctl-bench", `portkey-${VERSION}`);
  const program = path.join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (!existsSync(program)) {
    await mkdir(folder, { recursive: true });
    const args = [
      "install",
      "--prefix",
      folder,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-save",
      "--legacy-peer-deps",
    ];
    await promisify(execFile)("npm", [...args, `@portkey-ai/gateway@${VERSION}`, `@hono/node-server@${NODE_SERVER}`], {
      timeout: 120_000,
      cwd: folder,
    });
  }
  const port = await freePort();
  const child = await keep({
    command: process.execPath,
    args: [program, `--port=${port}`, "--headless"],
    env: { PATH: process.env["PATH"], TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost", NODE_ENV: "production" },
    output: "ignore",
  });
  await answering(`http://127.0.0.1:${port}/`);
  return {
    name: `Portkey ${VERSION}`,
    url: `http://127.0.0.1:${port}`,
    headers: {
      authorization: "Bearer bench",
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `${provider}/v1`,
    },
    pid: child.pid,
    stop: () => child.kill(),
  };
}

async function answering(url: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (e) {
      if (Date.now() > deadline) throw new Error(`Portkey does not answer at ${url}`, { cause: e });
      await new Promise((r) => setTimeout(r, 50));
    }
  }
}
