/** What a journey needs: a real edge with its first admin, the built commands, and a home of its own for each person. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import OpenAI from "openai";
import { buildProduct, commands } from "../../infra/build.ts";
import { built } from "../../infra/paths.ts";
import { type Api, apiOf } from "./api-client.ts";
import { type EdgeOptions, startEdge, type TestEdge } from "./edge.ts";
import { until } from "./until.ts";

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  pid: number;
  /** Everything it has written so far, both streams. */
  output(): string;
  /** Resolves when the output holds this. @throws Error with the output when it ends first. */
  says(what: string | RegExp): Promise<void>;
  ended: Promise<Finished>;
}

/** Somebody with a home directory: their contexts, tokens and configuration stay in it. */
export interface Person {
  home: string;
  /** The built `mcpctl`, to its end. */
  mcpctl(args: readonly string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }): Promise<Finished>;
  /** The same, while it runs. */
  running(args: readonly string[], options?: { env?: NodeJS.ProcessEnv }): Running;
  /** The built `mcplocal`, which goes on running. */
  mcplocal(args: readonly string[], options?: { env?: NodeJS.ProcessEnv }): Running;
}

export interface Stack {
  edge: TestEdge;
  admin: Api;
  person(env?: NodeJS.ProcessEnv): Person;
  openai(token: string): OpenAI;
  stop(): Promise<void>;
}

export async function startStack(options: EdgeOptions = {}): Promise<Stack> {
  for (const product of commands) await buildProduct(product);
  const edge = await startEdge(options);
  const { token } = await edge.bootstrap();
  const homes: string[] = [];
  const running = new Set<ChildProcess>();
  return {
    edge,
    admin: apiOf(edge.url, token),
    person(env = {}) {
      const home = mkdtempSync(path.join(tmpdir(), "mcpctl-home-"));
      homes.push(home);
      const own = {
        PATH: process.env["PATH"],
        HOME: home,
        MCPCTL_HOME: path.join(home, "mcpctl"),
        NO_COLOR: "1",
        ...env,
      };
      const run = (program: string, args: readonly string[], more: NodeJS.ProcessEnv = {}, stdin = "") => {
        const started = start(program, args, { ...own, ...more }, home, stdin);
        running.add(started.process);
        return started;
      };
      return {
        home,
        mcpctl: (args, o) => run(built.cli, args, o?.env, o?.stdin).ended,
        running: (args, o) => run(built.cli, args, o?.env),
        mcplocal: (args, o) => run(built.localAgent, args, o?.env),
      };
    },
    openai: (apiKey) => new OpenAI({ apiKey, baseURL: `${edge.url}/v1`, maxRetries: 0, timeout: 60_000 }),
    async stop() {
      for (const child of running) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await edge.stop();
      for (const home of homes) rmSync(home, { recursive: true, force: true });
    },
  };
}

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string, stdin: string): Running {
  const child = spawn(process.execPath, [program, ...args], { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => {
    stdout += text;
  });
  child.stderr.on("data", (text: Buffer) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const ended = new Promise<Finished>((done) => child.on("close", (code) => done({ code, stdout, stderr })));
  const output = () => stdout + stderr;
  return {
    process: child,
    pid: child.pid ?? 0,
    output,
    ended,
    async says(what) {
      await until(
        () => `${path.basename(program)} ${args.join(" ")} says ${what}; it said: ${output()}`,
        () => {
          const found = typeof what === "string" ? output().includes(what) : what.test(output());
          if (!found && child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output()}`);
          return found;
        },
      );
    },
  };
}
