import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { openContexts } from "./contexts.ts";
import type { ContextEntry } from "./contexts-file.ts";

let home: string;
let warnings: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mcpctl-contexts-"));
  warnings = [];
  return () => rmSync(home, { recursive: true, force: true });
});
const store = () => openContexts(join(home, "mcpctl"), { now: Date.now, warn: (text) => warnings.push(text) });
const edge = "https://edge.example";
const set = (name: string, entry: ContextEntry) =>
  store().update((file) => {
    file.contexts[name] = entry;
  });

test("what one program writes another reads, and only their owner does", async () => {
  const { path } = store();
  expect(await store().read()).toEqual({ contexts: {} });
  await store().update((file) => {
    file.contexts["a"] = { edge, token: "t" };
    file.currentContext = "a";
  });
  expect(await store().current()).toEqual({ name: "a", entry: { edge, token: "t" } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("a change that changes nothing writes nothing, and one that fails neither", async () => {
  await set("a", { edge });
  const before = statSync(store().path).mtimeMs;
  await store().update(() => undefined);
  await expect(
    store().update((file) => {
      file.contexts["b"] = { edge };
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(statSync(store().path).mtimeMs).toBe(before);
});

test("what a person wrote in YAML is read, and what is neither is refused with what to do", async () => {
  await set("a", { edge });
  const { path } = store();
  writeFileSync(path, `currentContext: b\ncontexts:\n  b: { edge: "${edge}" }\n`);
  expect(await store().current()).toEqual({ name: "b", entry: { edge } });
  for (const broken of ["contexts: [", '{"contexts": {"a": {"edge": 1}}}', "{"]) {
    writeFileSync(path, broken);
    await expect(store().read()).rejects.toMatchObject({
      message: expect.stringMatching(/is not (YAML|a contexts file)/),
      details: { hint: expect.stringContaining("log in again") },
    });
    await expect(store().update(() => undefined)).rejects.toThrow("is not");
    expect(readFileSync(path, "utf8")).toBe(broken);
  }
});

test("a file that others can read is told of, once", async () => {
  await set("a", { edge });
  chmodSync(store().path, 0o644);
  const opened = store();
  await opened.read();
  await opened.read();
  expect(warnings).toEqual([expect.stringContaining("can be read by others")]);
});

test("a context that isn't there is refused with those that are", async () => {
  await set("a", { edge });
  await expect(store().current("b")).rejects.toMatchObject({
    exit: 3,
    details: { hint: expect.stringContaining("a") },
  });
  expect(await store().current()).toBeUndefined();
});

test("a directory that can't be made is said, and how to go without", async () => {
  writeFileSync(join(home, "mcpctl"), "");
  await expect(store().update(() => undefined)).rejects.toMatchObject({
    message: expect.stringContaining("can't be written"),
    details: { hint: expect.stringContaining("MCPCTL_HOME") },
  });
});
