/** The guide to declarative work, as written: its commands are run in order, and what they print is what it shows. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { built } from "../../infra/paths.ts";
import { type Person, type Stack, startStack } from "../harness/stack.ts";
import { read } from "../laws/repository.ts";
import { verifies } from "../requirements.ts";

interface Block {
  script: string;
  /** What is shown of its output. */
  shown: string | undefined;
}

const blocks: Block[] = [
  ...read("docs/declarative.md").matchAll(/^```sh\n([\s\S]*?)^```(?:\s+^```text\n([\s\S]*?)^```)?/gm),
].map((m) => ({ script: m[1] ?? "", shown: m[2] }));

let stack: Stack;
let person: Person;
let bin: string;

beforeAll(async () => {
  stack = await startStack();
  person = stack.person();
  bin = path.join(person.home, "bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "mcpctl"), `#!/bin/sh\nexec "${process.execPath}" "${built.cli}" "$@"\n`, {
    mode: 0o755,
  });
});
afterAll(() => stack?.stop());

function bash(script: string): Promise<{ code: number | null; output: string }> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", `exec 2>&1\n${script}`], {
    cwd: person.home,
    env: {
      PATH: `${bin}:${process.env["PATH"]}`,
      HOME: person.home,
      NO_COLOR: "1",
      MCPCTL_EDGE: stack.edge.url,
      MCPCTL_TOKEN: stack.admin.token,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      output += text;
    });
  return new Promise((done) => child.on("close", (code) => done({ code, output })));
}

/** The lines of `output` that are shown, in its order: notes between them are left out. */
function among(output: string, shown: string): string {
  const wanted = shown.split("\n");
  let at = 0;
  for (const line of output.split("\n")) if (line === wanted[at]) at++;
  return at >= wanted.length ? shown : output;
}

test(
  verifies("docs.declarative", "every command of the declarative guide works as written and prints what is shown"),
  async () => {
    expect(blocks.length).toBeGreaterThan(7);
    for (const { script, shown } of blocks) {
      const { code, output } = await bash(script);
      expect(code, `${script}\n${output}`).toBe(0);
      if (shown !== undefined) expect(among(output, shown), output).toBe(shown);
      expect(output).not.toContain("made-up");
    }
  },
);
