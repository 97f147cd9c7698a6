import { describe, expect, test } from "vitest";
import { z } from "zod";
import { envelope, findKind, kinds, reported } from "#db/kinds/index";
import { metaOf, unwrap } from "#db/schema/field";
import { referencesOf } from "#db/schema/kind";
import { verifies } from "../requirements.ts";

const reserved = new Set([...Object.keys(envelope.shape), ...reported]);

/** The schema at `a.b.c`, or undefined where a step does not exist. */
function at(schema: z.core.$ZodType, path: readonly string[]): z.core.$ZodType | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return schema;
  const inner = unwrap(schema);
  const next = inner instanceof z.ZodObject ? inner.shape[head] : undefined;
  return next && at(next, rest);
}

describe.each(kinds.map((k) => [k.name, k] as const))("kind %s", (_, k) => {
  test(verifies("law.kinds", "envelope, spec and status share no name"), () => {
    const spec = Object.keys(k.spec.shape);
    const status = Object.keys(k.status.shape);
    expect(spec.filter((f) => reserved.has(f))).toEqual([]);
    expect(spec.filter((f) => status.includes(f))).toEqual([]);
    expect([...spec, ...status].filter((f) => f.startsWith("_"))).toEqual([]);
  });

  test(verifies("law.kinds", "every column, key and scope is in the schema"), () => {
    const whole = z.object({ ...envelope.shape, ...k.spec.shape, status: k.status });
    const paths = [...Object.values(k.columns), ...Object.values(k.wide), k.scope, k.alternateKey, k.exactlyOne];
    for (const path of paths) if (path) expect(at(whole, path.split(".")), `${k.name}: ${path}`).toBeDefined();
  });

  test("no column shows what is write-only", () => {
    for (const path of [...Object.values(k.columns), ...Object.values(k.wide)]) {
      const field = at(k.spec, path.split(".").slice(0, 1));
      if (field) expect(metaOf(field).writeOnly, path).toBeUndefined();
    }
  });

  test("references name kinds, and verbs are consistent", () => {
    for (const r of referencesOf(k)) expect(findKind(r.kind)?.name, r.path.join(".")).toBe(r.kind);
    expect(k.verbs).toContain("get");
  });

  test("a person can read what each field is for", () => {
    const silent = Object.entries(k.spec.shape).filter(
      ([, s]) => !s.description && !z.globalRegistry.get(unwrap(s))?.description,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

test("no two kinds answer to the same word", () => {
  const words = kinds.flatMap((k) => [...new Set([k.name, k.plural, ...k.shortNames])]);
  expect(words.filter((w, i) => words.indexOf(w) !== i)).toEqual([]);
});
