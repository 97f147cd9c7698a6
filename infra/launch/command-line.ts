/** Lets `mcpctl` of whoever runs this know the edge, under the context `dev`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { built } from "../paths.ts";

/** @returns whether `dev` is the context in use, so that plain `mcpctl` means this edge. @throws Error with what the command line said. */
export async function rememberContext(edge: string, token: string): Promise<boolean> {
  await mcpctl(["config", "set-context", "dev", "--edge", edge, "--token-stdin", "--current-if-none"], `${token}\n`);
  return (await mcpctl(["config", "current-context"], "")).trim() === "dev";
}

/** @returns what it printed. */
async function mcpctl(args: readonly string[], input: string): Promise<string> {
  const child = spawn(process.execPath, [built.cli, ...args], { stdio: "pipe", timeout: 15_000 });
  // It may end without reading.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [answer, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  if (code !== 0) throw new Error(said.trim().split("\n").slice(-3).join("\n") || `mcpctl ended with ${code}`);
  return answer;
}
