/**
 * A peer: Portkey's open gateway, fetched into the user's cache when the benchmark runs; never a dependency. Once on the Node that its
 * own image has, and once on ours, which is newer and serves it half as much again.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "../free-port.ts";
import { keep } from "../launch/kept-process.ts";
import type { Target } from "./targets.ts";

const VERSION = "1.15.2";
/** Later ones of the range that it asks for hand it immutable headers, and every stream of it ends as a 500. */
const NODE_SERVER = "1.8.2";
/** Its Dockerfile says node:20. */
const IMAGE_NODE = "20.20.2";

/** @throws Error that says why the peer can't be had. */
export async function startPortkeys(provider: string): Promise<Target[]> {
  const { program, imageNode } = await fetched();
  const started: Target[] = [];
  try {
    started.push(await start(`Portkey ${VERSION}`, imageNode, program, provider));
    started.push(await start(`the same on Node ${major(process.version)}`, process.execPath, program, provider));
    return started;
  } catch (error) {
    for (const target of started) await target.stop();
    throw error;
  }
}

const major = (version: string) => version.replace(/^v(\d+).*/, "$1");

async function fetched(): Promise<{ program: string; imageNode: string }> {
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const folder = path.join(cache, "mcpctl-bench", `portkey-${VERSION}`);
  const program = path.join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const nodePackage = `node-${process.platform}-${process.arch}`;
  const imageNode = path.join(folder, "node_modules", nodePackage, "bin/node");
  if (!existsSync(program) || !existsSync(imageNode)) {
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
    const packages = [
      `@portkey-ai/gateway@${VERSION}`,
      `@hono/node-server@${NODE_SERVER}`,
      `${nodePackage}@${IMAGE_NODE}`,
    ];
    await promisify(execFile)("npm", [...args, ...packages], { timeout: 120_000, cwd: folder });
  }
  return { program, imageNode };
}

async function start(name: string, node: string, program: string, provider: string): Promise<Target> {
  const port = await freePort();
  const child = await keep({
    command: node,
    args: [program, `--port=${port}`, "--headless"],
    env: { PATH: process.env["PATH"], TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost", NODE_ENV: "production" },
    output: "ignore",
  });
  await answering(`http://127.0.0.1:${port}/`);
  return {
    name,
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
