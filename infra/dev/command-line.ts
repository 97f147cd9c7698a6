/** Lets `mcpctl` of whoever runs this know the edge, under the context `dev`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { built } from "../paths.ts";

/** @throws Error with what the command line said. */
export async function rememberContext(edge: string, token: string): Promise<void> {
  const args = [built.cli, "config", "set-context", "dev", "--edge", edge, "--token-stdin", "--current-if-none"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "pipe"], timeout: 15_000 });
  // It may end without reading.
  child.stdin.on("error", () => {});
  child.stdin.end(`${token}\n`);
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  if (code !== 0) throw new Error(said.trim().split("\n").slice(-3).join("\n") || `mcpctl ended with ${code}`);
}
