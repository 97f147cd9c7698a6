/** Completion as a person has it: real shells, interactive, with the built command and a real edge. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProduct, commands } from "../../infra/build.ts";
import { built } from "../../infra/paths.ts";
import { verifies } from "../requirements.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";

/** Not spawnSync: the store that completion asks is in this process. */
const run = promisify(execFile);

let catalogue: Catalogue;
let home: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  for (const product of commands) await buildProduct(product);
  catalogue = await startCatalogue();
  home = mkdtempSync(path.join(tmpdir(), "mcpctl-shell-"));
  // On the PATH under its own name, as an installation has it.
  writeFileSync(path.join(home, "mcpctl"), `#!/bin/sh\nexec "${process.execPath}" "${built.cli}" "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(path.join(home, "team.yaml"), "kind: group\nname: g\n");
  env = {
    PATH: `${home}:${process.env["PATH"]}`,
    HOME: home,
    MCPCTL_HOME: path.join(home, ".mcpctl"),
    MCPCTL_EDGE: catalogue.front.url,
    MCPCTL_TOKEN: catalogue.token,
    TERM: "dumb",
    PS1: "",
  };
});
afterAll(async () => {
  await catalogue?.stop();
  if (home) rmSync(home, { recursive: true, force: true });
});

const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
/** util-linux's `script` gives a program a terminal; a shell completes on nothing else. */
const terminal = has("script") && spawnSync("script", ["--version"]).stdout?.toString().includes("util-linux");

/** Types lines into an interactive shell; each ends with what the line was completed to. */
function type(shell: string, rc: string, lines: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn("script", ["-qefc", shell, "/dev/null"], { cwd: home, env, stdio: ["pipe", "pipe", "pipe"] });
    let seen = "";
    let at = 0;
    const steps = [`${rc}\necho rea''dy\n`, ...lines.map((l, i) => `${l} '' && echo don''e-${i}\n`), "exit\n"];
    const signs = ["ready", ...lines.map((_, i) => `done-${i}`)];
    const next = () => child.stdin.write(steps[at] ?? "");
    const look = (chunk: Buffer) => {
      seen += chunk;
      while (at < signs.length && seen.includes(signs[at] ?? "")) {
        at++;
        next();
      }
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("error", failed);
    child.on("close", () => done(seen));
    next();
  });
}

/** What is typed, with Tab for what is left to the shell, and what the command is to get. */
const typed: readonly [string, string[]][] = [
  ["show get ll\t al\t", ["get", "llms", "alpha"]],
  ["show describe llm/be\t", ["describe", "llm/beta"]],
  ["show create llm x --tier=h\t", ["create", "llm", "x", "--tier=heavy"]],
  ["show create llm x --tier h\t", ["create", "llm", "x", "--tier", "heavy"]],
  ["show get llms,gr\t", ["get", "llms,groups"]],
  ["show explain llm.timeouts.i\t", ["explain", "llm.timeouts.idle"]],
  ["show apply -f te\t", ["apply", "-f", "team.yaml"]],
  ["show config use-c\t", ["config", "use-context"]],
];

/** `mcpctl` is typed as the function `show`'s namesake: what it got is printed, one word in brackets each. */
const told = (words: readonly string[]) => words.map((w) => `[${w}]`).join("");

describe(verifies("cli.completion", "completion works in"), () => {
  test("bash", async ({ skip }) => {
    skip(!has("bash") || !terminal, "there is no bash, or no `script` of util-linux to give it a terminal");
    const rc =
      "bind 'set enable-bracketed-paste off'; source <(mcpctl completion bash); complete -F _mcpctl show; show() { printf '[%s]' \"$@\"; echo; }";
    const seen = await type(
      "bash --norc --noprofile -i",
      rc,
      typed.map(([line]) => line),
    );
    for (const [, words] of typed) expect(seen).toContain(told(words));
  });

  test("zsh", async ({ skip }) => {
    skip(!has("zsh") || !terminal, "there is no zsh, or no `script` of util-linux to give it a terminal");
    const rc =
      "autoload -U compinit; compinit -u -D; source <(mcpctl completion zsh); compdef _mcpctl show; show() { printf '[%s]' \"$@\"; echo; }";
    const seen = await type(
      "zsh -f -i",
      rc,
      typed.map(([line]) => line),
    );
    for (const [, words] of typed) expect(seen).toContain(told(words));
  });

  test("fish", async ({ skip }) => {
    skip(!has("fish"), "there is no fish");
    const complete = async (line: string) => {
      const script = `mcpctl completion fish | source; complete -C ${JSON.stringify(line)}`;
      const { stdout } = await run("fish", ["--no-config", "-c", script], { cwd: home, env });
      return stdout
        .trim()
        .split("\n")
        .map((l) => l.split("\t")[0]);
    };
    expect(await complete("mcpctl get ll")).toEqual(["llms"]);
    expect(await complete("mcpctl get llms al")).toEqual(["alpha"]);
    expect(await complete("mcpctl describe llm/be")).toEqual(["llm/beta"]);
    expect(await complete("mcpctl create llm x --tier ")).toEqual(["fast", "heavy"]);
    expect(await complete("mcpctl create llm x --tier=h")).toEqual(["--tier=heavy"]);
    expect(await complete("mcpctl apply -f te")).toEqual(["team.yaml"]);
  });

  test("PowerShell", async ({ skip }) => {
    skip(!has("pwsh"), "there is no PowerShell");
    const command =
      "mcpctl completion powershell | Out-String | Invoke-Expression; (TabExpansion2 'mcpctl get llms al' 18).CompletionMatches.CompletionText";
    const { stdout } = await run("pwsh", ["-NoProfile", "-Command", command], { cwd: home, env });
    expect(stdout.trim()).toBe("alpha");
  });
});

describe("Ctrl-C", () => {
  const interrupted = async (
    command: string,
    args: readonly string[],
    when: RegExp,
    how: (p: ChildProcess) => void,
  ) => {
    const child = spawn(command, args, { cwd: home, env, stdio: ["pipe", "pipe", "pipe"] });
    let seen = "";
    let told = false;
    const look = (chunk: Buffer) => {
      seen += chunk;
      if (!told && when.test(seen)) {
        told = true;
        how(child);
      }
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    const code = await new Promise((done) => child.on("close", done));
    return { code, seen };
  };

  test("ends a command that waits for standard input, and prints nothing", async () => {
    // The warning comes before standard input is read, and says that it has begun.
    const args = ["apply", "-f", "-", "--token", "mcpctl_pat_x"];
    const { code, seen } = await interrupted("mcpctl", args, /Warning/, (p) => setTimeout(() => p.kill("SIGINT"), 300));
    expect([code, seen.split("\n").slice(1).join("\n")]).toEqual([130, ""]);
  });

  test.runIf(terminal)("ends a confirmation, and prints no error", async () => {
    // Before the question reads keys one by one, the terminal itself turns Ctrl-C into a signal, for the shell too.
    const ask = "trap : INT; mcpctl delete llm alpha -i; echo ended-$?";
    const { seen } = await interrupted("script", ["-qefc", ask, "/dev/null"], /\[y\/N\]/, (p) =>
      p.stdin?.write("\u0003"),
    );
    expect(seen).toContain("ended-130");
    expect(seen).not.toContain("Error");
  });
});

test.runIf(has("bash"))(
  "a pipe whose reader leaves early gets no error message, and the exit code is 141",
  async () => {
    const documents = Array.from({ length: 40 }, (_, i) => `kind: group\nname: piped-${i}\n`).join("---\n");
    writeFileSync(path.join(home, "many.yaml"), documents);
    const line = "set -o pipefail; mcpctl apply -f many.yaml | head -n 1; echo $?";
    const { stdout, stderr } = await run("bash", ["-c", line], { cwd: home, env });
    expect([stdout, stderr]).toEqual(["group/piped-0 created\n141\n", ""]);
  },
);
