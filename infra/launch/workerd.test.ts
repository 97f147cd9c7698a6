import { readFileSync } from "node:fs";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { secretNames } from "./edge-process.ts";
import { readWrangler, workerdConfig } from "./workerd.ts";

const toml = readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8");
const serving = { bundle: "edge.js", objectsDir: "/objects", address: "127.0.0.1:0", secrets: secretNames };

test("every binding, variable, secret, flag and class of wrangler.toml is there", () => {
  const config = workerdConfig(readWrangler(toml), { ...serving, cronAddress: "unix:/cron" });
  const raw = parse(toml) as {
    vars: Record<string, string>;
    durable_objects: { bindings: { name: string; class_name: string }[] };
    compatibility_flags: string[];
    compatibility_date: string;
  };
  for (const [name, text] of Object.entries(raw.vars)) expect(config).toContain(`(name = "${name}", text = "${text}")`);
  for (const { name, class_name } of raw.durable_objects.bindings) {
    expect(config).toContain(`(name = "${name}", durableObjectNamespace = "${class_name}")`);
    expect(config).toContain(`className = "${class_name}", uniqueKey = "mcpctl-edge-${class_name}", enableSql = true`);
  }
  for (const flag of raw.compatibility_flags) expect(config).toContain(`"${flag}"`);
  expect(config).toContain(`compatibilityDate = "${raw.compatibility_date}"`);
  for (const name of secretNames) expect(config).toContain(`(name = "${name}", fromEnvironment = "${name}")`);
  expect(config).toContain('address = "unix:/cron"');
});

test("values replace variables and can't break out of their quotes", () => {
  const config = workerdConfig(readWrangler(toml), { ...serving, vars: { NEON_PROXY: 'x"), (name = "Y\\\n' } });
  expect(config).toContain('(name = "NEON_PROXY", text = "x\\"), (name = \\"Y\\\\\\n")');
  expect(config).not.toContain('(name = "NEON_PROXY", text = "")');
});

test("without an address for it there is no cron service", () => {
  expect(workerdConfig(readWrangler(toml), serving)).not.toContain("cron");
});

test("a binding that would get lost is refused by name", () => {
  expect(() => readWrangler(`${toml}\n[[kv_namespaces]]\nbinding = "KV"\nid = "x"`)).toThrow(/kv_namespaces/);
});

test("a class without storage is refused by name", () => {
  const worker = readWrangler(toml.replace('"Guard", ', ""));
  expect(() => workerdConfig(worker, serving)).toThrow(/Guard.*new_sqlite_classes/);
});
