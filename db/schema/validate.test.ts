import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kinds, kindsByName } from "../kinds/index.ts";
import type { Fault } from "../protocol/errors.ts";
import { summary } from "./faults.ts";
import type { Kind } from "./kind.ts";
import { type Expectation, validate } from "./validate.ts";

const { llm, secret, user, rbac, mcptoken } = kindsByName;
const good = { name: "gpt", type: "openai", model: "gpt-5" };

function faults(kind: Kind, body: unknown, expectation: Expectation = { nameRequired: true }): Fault[] {
  const result = validate(kind, body, expectation);
  return result.ok ? [] : result.faults;
}
const fault = (kind: Kind, body: unknown, expectation?: Expectation) => faults(kind, body, expectation)[0];
const document = (kind: Kind, body: unknown, expectation?: Expectation) => {
  const result = validate(kind, body, expectation);
  if (!result.ok) throw new Error(summary(result.faults));
  return result.document;
};

describe("a good document", () => {
  test("comes back with defaults, and what must not be stored apart", () => {
    expect(document(llm, good)).toEqual({
      name: "gpt",
      labels: undefined,
      spec: { type: "openai", model: "gpt-5", tier: "fast", timeouts: { firstByte: 300_000, idle: 120_000 } },
      given: {},
      options: {},
      retired: {},
    });
    expect(document(secret, { name: "s", data: { key: "v" } })).toMatchObject({
      spec: {},
      given: { data: { key: "v" } },
    });
    expect(document(llm, { ...good, _skipAuthCheck: true }, { options: ["_skipAuthCheck"] }).options).toEqual({
      _skipAuthCheck: true,
    });
  });

  test("may be one that was read: what the edge reports is ignored, its kind in any form is right", () => {
    const read = { ...good, id: "x", resourceVersion: "7", createdAt: "y", updatedAt: "z", status: { state: "odd" } };
    for (const kind of ["llm", "LLM", "llms"]) expect(faults(llm, { kind, ...read })).toEqual([]);
  });

  test("need not name itself where the path does", () => {
    expect(document(llm, { type: "openai", model: "m" }, {}).name).toBeUndefined();
    expect(fault(llm, { type: "openai", model: "m" })).toEqual({
      path: "name",
      message: "is required",
      expected: "string",
    });
  });
});

test("a field of a former version is dropped, and named with the reason", () => {
  const old = validate(kindsByName.project, { name: "web", proxyMode: "direct", profiles: ["a"], description: "d" });
  expect(old).toMatchObject({ ok: true, document: { spec: { description: "d" } } });
  expect(old.ok && Object.keys(old.document.retired)).toEqual(["proxyMode", "profiles"]);
  expect(old.ok && Object.keys(old.document.spec)).not.toContain("proxyMode");
  expect(validate(llm, { ...good, proxyMode: "direct" })).toMatchObject({ ok: false });
});

describe("what is wrong is said", () => {
  const cases: [string, Kind, unknown, Partial<Fault>][] = [
    ["an unknown field", llm, { ...good, modle: 1 }, { path: "modle", message: "unknown field", suggestion: "model" }],
    [
      "an unknown field further in",
      llm,
      { ...good, timeouts: { idel: 1 } },
      { path: "timeouts.idel", suggestion: "idle" },
    ],
    [
      "an unknown field of a variant",
      rbac,
      { name: "r", subjects: [{ kind: "User", name: "a", nmae: 1 }] },
      { path: "subjects[0].nmae", suggestion: "name" },
    ],
    [
      "a wrong value of a choice",
      llm,
      { ...good, tier: "fats" },
      { path: "tier", expected: "one of fast, heavy", given: '"fats"', suggestion: "fast" },
    ],
    [
      "a wrong variant",
      rbac,
      { name: "r", subjects: [{ kind: "user", name: "a" }] },
      { path: "subjects[0].kind", given: '"user"', suggestion: "User" },
    ],
    [
      "a wrong type",
      llm,
      { ...good, contextWindow: "8k" },
      { path: "contextWindow", expected: "number", given: "a string" },
    ],
    ["null", llm, { ...good, description: null }, { path: "description", given: "null" }],
    ["a name that is none", llm, { ...good, name: "Not A Label" }, { path: "name", given: '"Not A Label"' }],
    ["a URL with a password", llm, { ...good, url: "https://u:p@host/" }, { path: "url" }],
    ["another kind", llm, { ...good, kind: "secret" }, { path: "kind", expected: "llm", given: '"secret"' }],
    ["a label that is no text", llm, { ...good, labels: { a: 1 } }, { path: "labels.a", expected: "string" }],
    ["a key that is too long", secret, { name: "s", data: { ["k".repeat(300)]: "v" } }, {}],
    [
      "an unknown resource in a binding",
      rbac,
      { name: "r", bindings: [{ role: "view", resource: "lmls" }] },
      { path: "bindings[0].resource" },
    ],
    ["a role", rbac, { name: "r", bindings: [{ role: "admin", resource: "*" }] }, { path: "bindings[0].role" }],
    ["an expiry", mcptoken, { name: "t", expiry: "soon" }, { path: "expiry", given: '"soon"' }],
    [
      "a provider that can't be",
      llm,
      { ...good, type: "gemini-cli" },
      { path: "type", message: expect.stringContaining("not supported") },
    ],
    ["an option that this kind has not", secret, { name: "s", _skipAuthCheck: true }, { path: "_skipAuthCheck" }],
    ["no object", llm, [good], { path: "" }],
    ["nothing", llm, null, { path: "" }],
    ["text", llm, "llm", { path: "" }],
  ];
  test.each(cases)("%s", (_, kind, body, expected) => {
    expect(fault(kind, body)).toMatchObject(expected);
  });

  test("all of it at once, and in one line", () => {
    const all = faults(llm, { name: "UP", tier: "slow", typ: "openai" });
    expect(all.map((f) => f.path).sort()).toEqual(["model", "name", "tier", "typ", "type"]);
    expect(summary(faults(llm, { ...good, modle: 1 }))).toBe('modle: unknown field; did you mean "model"?');
  });

  test("an option is true or false", () => {
    expect(fault(llm, { ...good, _skipAuthCheck: "yes" }, { options: ["_skipAuthCheck"] })?.path).toBe(
      "_skipAuthCheck",
    );
  });
});

describe("what must not be repeated or touched", () => {
  test("values of write-only fields, however wrong they are", () => {
    const canary = "sk-canary-0123456789";
    const bodies: [Kind, unknown][] = [
      [secret, { name: "s", data: canary }],
      [secret, { name: "s", data: { key: { nested: canary } } }],
      [secret, { name: "s", data: { key: [canary] } }],
      [secret, { name: "s", data: { key: 42 } }],
      [secret, { name: "s", dta: { key: canary } }],
      [user, { name: "u", email: "a@b.example", password: canary.slice(0, 11) }],
    ];
    for (const [kind, body] of bodies) {
      const said = JSON.stringify(faults(kind, body));
      expect(said).not.toBe("[]");
      expect(said).not.toContain("canary");
      expect(said).not.toContain("42");
    }
  });

  test("prototypes", () => {
    const body: unknown = JSON.parse('{"name":"s","__proto__":{"polluted":true},"data":{"k":"v"}}');
    expect(fault(secret, body)?.path).toBe("__proto__");
    const inside: unknown = JSON.parse('{"name":"s","data":{"__proto__":"v"}}');
    expect(fault(secret, inside)?.path).toBe("data.__proto__");
    expect(fault(llm, { ...good, constructor: 1 })).toMatchObject({ path: "constructor", message: "unknown field" });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("what PostgreSQL can't hold", () => {
    for (const bad of ["a\0b", "\ud800", "x\udc00"]) {
      expect(fault(llm, { ...good, model: bad })?.path).toBe("model");
      expect(faults(secret, { name: "s", data: { [bad]: "v" } })).toHaveLength(1);
    }
    expect(faults(llm, { ...good, model: "😀" })).toEqual([]);
  });

  test("documents without a bottom", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`) as unknown;
    expect(fault(llm, deep)?.message).toContain("nested");
  });

  test("a text of megabytes where a word belongs, in no time", () => {
    const began = performance.now();
    expect(fault(llm, { ...good, type: "a".repeat(2_000_000) })?.given).toHaveLength(43);
    // The square of its length would be hours.
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("a million mistakes, without a million explanations", () => {
    expect(faults(rbac, { name: "r", subjects: Array(1_000_000).fill(1) })).toEqual([
      { path: "", message: "contains more than 50000 values" },
    ]);
    expect(faults(rbac, { name: "r", subjects: Array(1000).fill(1) })).toHaveLength(100);
    const unknown = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 1]));
    expect(faults(llm, { ...good, ...unknown })).toHaveLength(100);
  });
});

test("anything at all is either a document or has faults, for every kind", () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.jsonValue({ maxDepth: 4 }), (kind, body) => {
      const result = validate(kind, body, { nameRequired: true });
      if (!result.ok) for (const f of result.faults) expect(f.message).not.toBe("");
    }),
    { numRuns: 500 },
  );
});
