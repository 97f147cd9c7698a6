import { describe, expect, test } from "vitest";
import { z } from "zod";
import { kinds, kindsByName } from "../kinds/index.ts";
import { boundsOf } from "./bounds.ts";
import { fieldMeta, ref } from "./field.ts";
import { keysOf, outlineOf, referencesBetween, rulesOf, withAllBelow } from "./outline.ts";

const outline = (spec: z.ZodObject) => withAllBelow(outlineOf({ spec, status: z.strictObject({}) }).spec);

describe("what is said of a field", () => {
  test("its path goes through lists, maps and options", () => {
    const spec = z.strictObject({
      list: z.array(z.strictObject({ inner: z.string() })),
      map: z.record(z.string(), z.array(z.strictObject({ deep: z.boolean() }))),
      either: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]),
    });
    expect(outline(spec).map((f) => [f.path, f.type, f.required])).toEqual([
      ["list", "[]object", true],
      ["list[].inner", "string", true],
      ["map", "map of []object", true],
      ["map.*[].deep", "boolean", true],
      ["either", "object", true],
      ["either.a", "string", false],
      ["either.b", "string", false],
    ]);
  });

  test("of a union each option says which it is", () => {
    const spec = z.strictObject({
      by: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("A"), name: ref("user").describe("One.") }),
        z.strictObject({ kind: z.literal("B"), name: ref("group").describe("Two.") }),
      ]),
    });
    expect(outline(spec)[1]).toMatchObject({ path: "by.kind", type: "A | B", required: true });
    expect(outline(spec)[2]).toMatchObject({
      about: "One (kind: A). Two (kind: B).",
      refersTo: [
        { kind: "user", where: "kind: A" },
        { kind: "group", where: "kind: B" },
      ],
    });
  });

  test("what only some options of a union have says so", () => {
    const spec = z.strictObject({
      key: z.discriminatedUnion("kty", [
        z.strictObject({ kty: z.literal("RSA"), n: z.string(), kid: z.string() }),
        z.strictObject({ kty: z.literal("EC"), x: z.string(), kid: z.string() }),
      ]),
    });
    expect(outline(spec).map((f) => [f.name, f.only, f.required])).toEqual([
      ["key", undefined, true],
      ["kty", undefined, true],
      ["n", "kty: RSA", true],
      ["kid", undefined, true],
      ["x", "kty: EC", true],
    ]);
  });

  test("notes are found through wrappers, and on what a list holds", () => {
    const spec = z.strictObject({
      members: z
        .array(ref("user", { whenGone: "cascade" }))
        .default([])
        .describe("Who."),
      hidden: z.string().register(fieldMeta, { writeOnly: true }).optional(),
      asleep: z.int().register(fieldMeta, { dormant: "not yet" }).default(3),
    });
    expect(outline(spec)).toMatchObject([
      { refersTo: [{ kind: "user", whenGone: "cascade" }], preset: [], about: "Who.", required: false },
      { writeOnly: true, dormant: undefined, required: false },
      { dormant: "not yet", preset: 3 },
    ]);
  });

  test("nobody must give what the system reports", () => {
    for (const kind of kinds)
      expect(withAllBelow([outlineOf(kind).status]).filter((f) => f.required || !f.path.startsWith("status"))).toEqual(
        [],
      );
  });
});

test.each([
  [z.string().min(1).max(63), ["1 to 63 characters"]],
  [z.string().max(1024).optional(), ["at most 1,024 characters"]],
  [z.string().regex(/^a$/, "must be an a"), ["an a"]],
  [z.email().max(9), ["an e-mail address", "at most 9 characters"]],
  [z.int(), []],
  [z.int().min(0).max(10).default(2), ["0 to 10"]],
  [z.number().positive(), ["more than 0"]],
  [z.number().max(5), ["at most 5"]],
  [z.array(z.string().max(9)).max(3), ["at most 3 elements", "each: at most 9 characters"]],
  [z.array(z.boolean()).min(1).max(3), ["1 to 3 elements"]],
  [z.record(z.string().max(3), z.string().max(4)), ["keys: at most 3 characters", "values: at most 4 characters"]],
  [z.union([z.literal("never"), z.iso.date()], { error: "expected a date, or never" }), ["a date, or never"]],
  [z.boolean(), []],
  [z.enum(["a", "b"]), []],
  [ref("llm"), []],
])("bounds %#", (schema, bounds) => expect(boundsOf(schema)).toEqual(bounds));

describe("references", () => {
  const between = referencesBetween();

  test("say what becomes of whoever names something", () => {
    expect(between).toContainEqual({ from: "llm", to: "secret", path: "apiKeyRef.name", onDelete: "refuse" });
    expect(between).toContainEqual({ from: "prompt", to: "agent", path: "agent", onDelete: "cascade" });
    expect(between).toContainEqual({ from: "mcptoken", to: "project", path: "project", onDelete: "cascade" });
    expect(between).toContainEqual({ from: "group", to: "user", path: "members[]", onDelete: "refuse" });
  });

  test("are written as the store finds them: what is unique within a parent needs another key", () => {
    expect(keysOf({ kind: "user" })).toBe("name or email");
    expect(keysOf({ kind: "mcptoken" })).toBe("status.hash");
    expect(keysOf({ kind: "personality", within: "self" })).toBe("name");
  });
});

test("rules are sentences", () => {
  expect(rulesOf(kindsByName.prompt)).toEqual(["At most one of `project`, `agent` can be set."]);
  expect(rulesOf(kindsByName.server)).toEqual(["Exactly one of `packageName`, `dockerImage`, `url` must be set."]);
  expect(rulesOf(kindsByName.personality)).toEqual(["A name is unique within its agent. The agent can't change."]);
  expect(rulesOf(kindsByName.secretbackend)[0]).toContain("`isDefault: true`");
});
