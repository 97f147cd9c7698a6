/** How long a person waits for `mcpctl`: the built command as a process of its own, against the warm edge. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildProduct, commands } from "../build.ts";
import { built } from "../paths.ts";
import type { EdgeTarget } from "./edge.ts";
import { median } from "./figures.ts";

/**
 * @param args a command that lists the edge's LLMs. Nothing that it keeps for the next time is left to it.
 * @returns milliseconds of wall time, the median.
 */
export async function commandLineTime(target: EdgeTarget, runs: number, args: readonly string[]): Promise<number> {
  for (const product of commands) await buildProduct(product);
  const home = await mkdtemp(path.join(tmpdir(), "mcpctl-bench-"));
  const env = { PATH: process.env["PATH"], HOME: home, MCPCTL_EDGE: target.url, MCPCTL_TOKEN: target.adminToken };
  const times: number[] = [];
  try {
    for (let i = 0; i <= runs; i++) {
      await rm(path.join(home, ".mcpctl"), { recursive: true, force: true });
      const start = performance.now();
      const { stdout } = await promisify(execFile)(process.execPath, [built.cli, ...args], { env });
      if (!stdout.includes("chunks-500"))
        throw new Error(`mcpctl ${args.join(" ")} does not list what is there: ${stdout}`);
      // The first fills the disk's cache.
      if (i > 0) times.push(performance.now() - start);
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return median(times);
}
