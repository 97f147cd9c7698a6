import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { verifies } from "../requirements.ts";
import { specifiersOf } from "./imports.ts";
import { files, read, root, sources, withoutComments } from "./repository.ts";

const versions = z.record(z.string(), z.string()).default({});
const manifest = z
  .object({ dependencies: versions, devDependencies: versions, optionalDependencies: versions, scripts: versions })
  .parse(JSON.parse(read("package.json")));
const everything = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

describe("package.json", () => {
  test(verifies("law.pins", "names exact versions, which the lock has"), () => {
    const lock = z
      .object({ packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })) })
      .parse(JSON.parse(read("package-lock.json")));
    for (const [name, version] of Object.entries(everything)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  test("declares what is imported, and what programs import not as a development dependency", () => {
    const packageOf = (s: string) => s.split("/", s.startsWith("@") ? 2 : 1).join("/");
    const external = (file: string) =>
      specifiersOf(read(file))
        .filter((s) => /^[@a-z]/.test(s) && !s.includes(":"))
        .map(packageOf);
    const undeclared = sources("db", "edge", "cli", "local-agent", "control-plane", "infra").flatMap((file) =>
      external(file)
        .filter((name) => !(name in everything))
        .map((name) => `${file} imports ${name}`),
    );
    expect(undeclared).toEqual([]);
    const generator = "db/generate-migration.ts";
    const shipped = sources("db", "edge", "cli", "local-agent", "control-plane").filter((f) => f !== generator);
    const development = shipped.flatMap((file) =>
      external(file)
        .filter((name) => !(name in manifest.dependencies))
        .map((name) => `${file} imports ${name}`),
    );
    expect(development).toEqual([]);
  });
});

describe("wrangler.toml", () => {
  const wrangler = z
    .object({
      main: z.string(),
      vars: z.record(z.string(), z.string()),
      durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
      migrations: z.array(z.object({ new_sqlite_classes: z.array(z.string()).default([]) })),
    })
    .parse(parse(read("wrangler.toml")));
  const membersOf = (file: string, name: string) =>
    [
      ...(new RegExp(`interface ${name}\\b[^{]*\\{([^}]*)\\}`).exec(withoutComments(read(file)))?.[1] ?? "").matchAll(
        /^\s*([A-Z_]+)(\??):\s*([^;]+);/gm,
      ),
    ].map((m) => ({ name: m[1] ?? "", optional: m[2] === "?", type: m[3] ?? "" }));
  const members = membersOf("edge/settings.ts", "Variables");
  const ports = membersOf("edge/env.ts", "Env");
  const objects = membersOf(wrangler.main, "Bindings");
  const strings = members.filter((m) => m.type === "string");
  const secrets = [...read("wrangler.toml").matchAll(/^# {3}([A-Z_]{4,})\s/gm)].map((m) => m[1] ?? "");

  test(verifies("law.bindings", "binds, exports and migrates every object of Env, and no other"), () => {
    const bound = wrangler.durable_objects.bindings.map((b) => `${b.name}: DurableObjectNamespace<${b.class_name}>`);
    expect(bound.sort()).toEqual(objects.map((o) => `${o.name}: ${o.type}`).sort());
    expect(ports.map((p) => p.name).sort()).toEqual(objects.map((o) => o.name).sort());
    const classes = wrangler.durable_objects.bindings.map((b) => b.class_name);
    expect(wrangler.migrations.flatMap((m) => m.new_sqlite_classes).sort()).toEqual([...classes].sort());
    const exported = read(wrangler.main);
    for (const name of classes) expect(exported).toMatch(new RegExp(`export \\{[^}]*\\b${name}\\b[^}]*\\}`));
  });

  test(verifies("law.bindings", "sets every variable of Env or names it as a secret, and no other"), () => {
    expect([...Object.keys(wrangler.vars), ...secrets].sort()).toEqual(strings.map((s) => s.name).sort());
  });

  test("has no value of a secret", () => {
    expect(secrets.filter((name) => name in wrangler.vars)).toEqual([]);
  });
});

test("every file that package.json runs exists", () => {
  const scripts = Object.values(manifest.scripts).flatMap((s) =>
    [...s.matchAll(/\bnode ([\w./-]+)/g)].map((m) => m[1] ?? ""),
  );
  expect(scripts.filter((f) => !files.includes(f))).toEqual([]);
  expect(readFileSync(path.join(root, "LICENSE"), "utf8")).toContain("MIT");
});
