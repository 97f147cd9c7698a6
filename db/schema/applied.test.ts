import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { applied, stillApplied, withoutNulls } from "./applied.ts";
import { fieldMeta } from "./field.ts";

const kind = {
  spec: z.strictObject({
    url: z.string().optional(),
    model: z.string(),
    tier: z.enum(["fast", "heavy"]).default("fast"),
    keyRef: z.strictObject({ name: z.string(), key: z.string() }).optional(),
    timeouts: z.strictObject({ first: z.int().default(3), idle: z.int().default(12) }).prefault({}),
    members: z.array(z.string()).default([]),
    either: z.union([z.strictObject({ a: z.int() }), z.strictObject({ b: z.int(), c: z.int().optional() })]).optional(),
    free: z.strictObject({ json: z.record(z.string(), z.json()).optional() }).optional(),
    data: z.record(z.string(), z.string()).optional().register(fieldMeta, { writeOnly: true }),
  }),
};
const shown = { labels: {}, model: "m", tier: "fast", timeouts: { first: 3, idle: 12 }, members: [] };

describe("a manifest over what is there", () => {
  test.each<[string, Record<string, unknown>, string[], Record<string, unknown>, Record<string, unknown>, string[]]>([
    ["leaves alone what apply never set", { url: "u" }, [], { model: "n" }, { url: "u", model: "n" }, ["model"]],
    [
      "takes away what it set before and no longer has",
      { url: "u" },
      ["model", "url"],
      { model: "m" },
      { url: undefined },
      ["model"],
    ],
    ["takes away with null what it never set", { url: "u" }, [], { url: null }, { url: undefined }, []],
    ["owns nothing that it takes away", { url: "u" }, ["url"], { url: null }, { url: undefined }, []],
    [
      "merges objects field by field",
      { timeouts: { first: 3, idle: 7 } },
      ["timeouts.idle"],
      { timeouts: { first: 5 } },
      { timeouts: { first: 5 } },
      ["timeouts.first"],
    ],
    [
      "keeps the fields of an object that others set",
      { timeouts: { first: 9, idle: 7 } },
      ["timeouts.idle"],
      {},
      { timeouts: { first: 9 } },
      [],
    ],
    ["replaces lists whole", { members: ["a", "b"] }, [], { members: ["c"] }, { members: ["c"] }, ["members"]],
    ["takes a list away whole", { members: ["a"] }, ["members"], {}, { members: undefined }, []],
    [
      "treats labels one by one, whatever their keys",
      { labels: { team: "red", "example.com/x": "1", theirs: "2" } },
      ["labels.team", 'labels["example.com/x"]'],
      { labels: { team: "blue" } },
      { labels: { team: "blue", theirs: "2" } },
      ["labels.team"],
    ],
    [
      "takes away the whole of what can't be without a field that goes",
      { keyRef: { name: "s", key: "k" } },
      ["keyRef.name"],
      {},
      { keyRef: undefined },
      [],
    ],
    [
      "replaces one option of a union by another",
      { either: { a: 1 } },
      ["either"],
      { either: { b: 2 } },
      { either: { b: 2 } },
      ["either"],
    ],
    [
      "asks with an empty object for nothing but the object",
      { timeouts: { first: 9, idle: 7 } },
      [],
      { timeouts: {} },
      { timeouts: { first: 9, idle: 7 } },
      ["timeouts"],
    ],
    [
      "names write-only fields and nothing in them",
      {},
      [],
      { data: { k: "hidden" } },
      { data: { k: "hidden" } },
      ["data"],
    ],
    ["leaves a write-only field that it no longer has", {}, ["data"], {}, { data: undefined }, []],
    [
      "ignores what the system reports",
      {},
      [],
      { id: "x", applied: ["url"], status: { a: 1 } },
      { id: undefined, status: undefined },
      [],
    ],
    ["hands on what no field is called, for validation to refuse", {}, [], { tyer: "x" }, { tyer: "x" }, []],
  ])("%s", (_what, current, before, manifest, next, paths) => {
    const result = applied(kind, { ...shown, ...current }, before, manifest);
    for (const [field, value] of Object.entries(next)) expect(result.next[field], field).toEqual(value);
    expect(result.paths).toEqual(["name", ...paths].sort());
  });

  test.each<[string, unknown, string[], unknown, unknown, string[]]>([
    ["holds a null in somebody's own JSON for a value", undefined, [], { a: null }, { a: null }, ["free.json.a"]],
    ["also deeper", undefined, [], { a: { b: null, c: [null] } }, { a: { b: null, c: [null] } }, ["free.json.a"]],
    ["sets one to null", { a: 1, b: 2 }, ["free.json.a"], { a: null }, { a: null, b: 2 }, ["free.json.a"]],
    ["replaces an entry of it whole", { a: { x: 1 } }, [], { a: { y: 2 } }, { a: { y: 2 } }, ["free.json.a"]],
    [
      "takes away the null that it set before",
      { a: null, b: null },
      ["free.json.a"],
      { c: 1 },
      { b: null, c: 1 },
      ["free.json.c"],
    ],
  ])("%s", (_what, held, before, wanted, next, paths) => {
    const current = { ...shown, ...(held === undefined ? {} : { free: { json: held } }) };
    const result = applied(kind, current, before, { free: { json: wanted } });
    expect(result.next["free"]).toEqual({ json: next });
    expect(result.paths).toEqual([...paths, "name"].sort());
  });

  test("takes all of somebody's own JSON away with a null in its place", () => {
    const current = { ...shown, free: { json: { a: null } } };
    expect(applied(kind, current, [], { free: { json: null } }).next["free"]).toEqual({});
  });

  test("hands on a null for what no field is called, for validation to refuse", () => {
    expect(applied(kind, shown, [], { timeouts: { idel: null } }).next["timeouts"]).toMatchObject({ idel: null });
  });

  test("of which nothing is there yet is itself, without its nulls", () => {
    expect(applied(kind, undefined, [], { kind: "x", name: "a", model: "m", url: null, data: null })).toEqual({
      next: { model: "m" },
      paths: ["model", "name"],
    });
  });
});

test("what a schema looks at has no null but those that are values or mistakes", () => {
  const body = { model: "m", url: null, timeouts: { first: null, idle: 1, idel: null }, labels: { a: null, b: "1" } };
  const free = { free: { json: { a: null, b: { c: null } } }, members: [null], tyer: null };
  expect(withoutNulls(kind, { ...body, ...free })).toEqual({
    model: "m",
    timeouts: { idle: 1, idel: null },
    labels: { b: "1" },
    ...free,
  });
});

const part = fc.record(
  {
    url: fc.oneof(fc.constantFrom("u", "v"), fc.constant(null)),
    tier: fc.constantFrom("fast", "heavy"),
    timeouts: fc.record({ first: fc.nat(3), idle: fc.nat(3) }, { requiredKeys: [] }),
    labels: fc.dictionary(fc.constantFrom("a", "b.c", "d/e", "__proto__"), fc.constantFrom("1", "2")),
    free: fc.record(
      { json: fc.dictionary(fc.constantFrom("a", "b"), fc.oneof(fc.constant(null), fc.jsonValue({ maxDepth: 1 }))) },
      { requiredKeys: [] },
    ),
    members: fc.array(fc.constantFrom("x", "y"), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const whole = (fields: Record<string, unknown>) =>
  kind.spec.extend({ labels: z.record(z.string(), z.string()).default({}) }).parse(fields);

test("applying again changes nothing, takes nothing over, and never changes what it was given", () => {
  fc.assert(
    fc.property(part, part, (first, second) => {
      const once = applied(kind, undefined, [], { model: "m", ...first });
      const now = whole(once.next);
      const copy = structuredClone(now);
      const twice = applied(kind, now, once.paths, { model: "m", ...second });
      expect(now).toEqual(copy);
      const then = whole(twice.next);
      const again = applied(kind, then, twice.paths, { model: "m", ...second });
      expect(whole(again.next)).toEqual(then);
      expect(again.paths).toEqual(twice.paths);
      // Whatever apply alone has written is what the last manifest alone would have written.
      expect(then).toEqual(whole(applied(kind, undefined, [], { model: "m", ...second }).next));
    }),
  );
});

test("what somebody else set survives every manifest that does not name it", () => {
  fc.assert(
    fc.property(part, part, (first, second) => {
      const once = applied(kind, undefined, [], { model: "m", ...first });
      const edited = { ...whole(once.next), keyRef: { name: "s", key: "k" } };
      const kept = stillApplied(kind, once.paths, edited);
      expect(applied(kind, edited, kept, { model: "m", ...second }).next["keyRef"]).toEqual({ name: "s", key: "k" });
    }),
  );
});

test("a write of somebody else keeps apply's paths for the fields that it does not remove", () => {
  const before = ["data", "labels.team", "model", "name", "timeouts.idle", "url"];
  expect(stillApplied(kind, before, { ...shown, labels: { other: "x" } })).toEqual([
    "data",
    "model",
    "name",
    "timeouts.idle",
  ]);
});
