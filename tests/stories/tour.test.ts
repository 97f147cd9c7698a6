/** The README's tour, as written: somebody copies its commands into a shell, in a clone of their own. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../infra/free-port.ts";
import { files, read, root } from "../laws/repository.ts";
import { verifies } from "../requirements.ts";

const section = /^## A five-minute tour\n([\s\S]*?)(?=^## )/m.exec(read("README.md"))?.[1] ?? "";
const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((m) => m[1] ?? "");

let clone: string;
let home: string;
let port: number;

beforeAll(async () => {
  clone = mkdtempSync(path.join(tmpdir(), "mcpctl-tour-"));
  home = mkdtempSync(path.join(tmpdir(), "mcpctl-tour-home-"));
  port = await freePort();
  for (const file of files) {
    // What was deleted and not yet committed is still known to git.
    if (!existsSync(path.join(root, file))) continue;
    mkdirSync(path.join(clone, path.dirname(file)), { recursive: true });
    cpSync(path.join(root, file), path.join(clone, file));
  }
  symlinkSync(path.join(root, "node_modules"), path.join(clone, "node_modules"));
});

afterAll(async () => {
  await shell("npm stop >/dev/null 2>&1 || true");
  rmSync(clone, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
});

interface Outcome {
  code: number | null;
  output: string;
}

/** In one shell, as a person would: what a block exports, the next one has. */
function shell(script: string): Promise<Outcome> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd: clone,
    env: { PATH: process.env["PATH"], HOME: home, NO_COLOR: "1", npm_config_update_notifier: "false" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      output += text;
    });
  // Not `close`: what goes on in the background holds the pipes.
  return new Promise((done) => child.on("exit", (code) => done({ code, output })));
}

test(verifies("readme.tour", "every command of the README's tour works as written"), async () => {
  expect(blocks.length).toBeGreaterThan(3);
  // The one change: a port of its own, because somebody may be running the system on the usual one.
  const script = blocks
    .map((block, i) => `echo "=== block ${i + 1}"\n${block}`)
    .join("\n")
    .replace("npm start -- --detach", `npm start -- --detach --port ${port}`);
  expect(script).toContain(`--port ${port}`);
  const { code, output } = await shell(script);
  expect(code, output).toBe(0);
  expect(output).toContain(`=== block ${blocks.length}`);
  expect(output).toContain("[DONE]");
  expect(output).toMatch(/llm\/gpt unchanged/);
  expect(output).not.toContain("sk-not-a-real-key");
});
