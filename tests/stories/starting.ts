/** The system as a person starts it: through npm, with a home of its own for each file of tests. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DevFile, devFile } from "../../infra/launch/dev-file.ts";
import { root } from "../../infra/paths.ts";
import { until } from "../harness/until.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** What `npm start` and `npm stop` are given in each test. */
export interface Starting {
  /** To be removed by who asked for it. */
  home: string;
  env: NodeJS.ProcessEnv;
  npm(...args: string[]): Promise<Outcome>;
}

export function newHome(): Starting {
  const home = mkdtempSync(join(tmpdir(), "mcpctl-start-"));
  // Contexts are written to a home of the test's own; what vitest sets would change what Node and colours do.
  const { NODE_OPTIONS: _, VITEST: __, ...inherited } = process.env;
  const env = {
    ...inherited,
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    MCPCTL_HOME: join(home, "mcpctl"),
    NO_COLOR: "1",
  };
  const npm = (...args: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      execFile("npm", ["--silent", ...args], { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });
  return { home, env, npm };
}

export const readDev = (data: string): DevFile =>
  devFile.parse(JSON.parse(readFileSync(join(data, "dev.json"), "utf8")));

/** Every process that belongs to the system: each part has a process group of its own. */
export function processesOf({ pids }: DevFile): string[] {
  const groups = new Set(Object.values(pids).map(String));
  return execFileSync("ps", ["-eo", "pgid=,pid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => {
      const [group, pid, stat] = line.trim().split(/\s+/);
      return stat !== undefined && !stat.startsWith("Z") && (groups.has(group ?? "") || groups.has(pid ?? ""));
    });
}

export const nothingRuns = (dev: DevFile) =>
  until(
    () => `no process is left of it; there are\n${processesOf(dev).join("\n")}`,
    () => processesOf(dev).length === 0,
  );

export const whoAmI = (dev: DevFile) =>
  fetch(`${dev.edge}/api/v1/auth/me`, { headers: { authorization: `Bearer ${dev.adminToken}` } });

export const ask = (dev: DevFile, question: string) =>
  fetch(`${dev.edge}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${dev.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: question }] }),
  });
