import { describe, expect, test } from "vitest";
import { kinds, kindsByName } from "#db/kinds/index";
import { Failure } from "../failure.ts";
import { coerce, fieldFlags, flagName, keyValue, setByGlobals, specFrom } from "./flags.ts";

const usages = (kind: (typeof kinds)[number]) => fieldFlags(kind).map((f) => f.flag.usage);

describe("flags from a schema", () => {
  test("are named as the fields are, with what they take", () => {
    expect(usages(kindsByName.llm).filter((u) => !/^--(retries|pricing|limits|pool)-/.test(u))).toEqual([
      "--type <word>",
      "--model <text>",
      "--url <text>",
      "--tier <fast|heavy>",
      "--api-key-ref <secret/key>",
      "--provider-may-choose [true|false]",
      "--context-window <number>",
      "--cluster <cluster>",
      "--timeouts-first-byte <number>",
      "--timeouts-idle <number>",
      "--timeouts-total <number>",
      "--fallbacks <llm>",
      "--description <text>",
    ]);
    expect(usages(kindsByName.llm)).toContain("--limits-budget-period <day|month>");
    expect(usages(kindsByName.rbac)).toEqual([
      "--subjects <kind:name>",
      "--bindings <role:resource:[name]>",
      "--operations <action>",
      "--description <text>",
    ]);
    expect(usages(kindsByName.secretbackend)).toContain("--is-default [true|false]");
  });

  test("every field of every kind can be set, once", () => {
    for (const kind of kinds) {
      const paths = fieldFlags(kind).map((f) => f.path[0]);
      const reached = new Set([...paths, ...setByGlobals(kind)]);
      // An object without fields has nothing to set.
      const settable = Object.keys(kind.spec.shape).filter((f) => !(kind.name === "secretbackend" && f === "config"));
      expect(
        settable.filter((f) => !reached.has(f)),
        kind.name,
      ).toEqual([]);
      const names = usages(kind).map((u) => u.split(" ")[0]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("those of nested objects stand apart in help, unless they have to be given", () => {
    const groups = Object.fromEntries(fieldFlags(kindsByName.llm).map((f) => [f.path.join("."), f.flag.group]));
    expect(groups["model"]).toBeUndefined();
    expect(groups["timeouts.idle"]).toBe(groups["limits.budget.period"]);
    expect(groups["timeouts.idle"]).toBeDefined();
  });

  test("none is told by its type alone", () => {
    for (const kind of kinds)
      for (const { path, flag } of fieldFlags(kind))
        expect(flag.about, `${kind.name}.${path.join(".")}`).toMatch(/^\S+ \S|^Sets |^[A-Z]/);
    expect(usages(kindsByName.server)).toContain("--resources-requests-cpu <text>");
    expect(usages(kindsByName.agent)).toContain("--default-params-max-tokens <number>");
  });

  test("what a global flag is called is left to it", () => {
    expect(setByGlobals(kindsByName.mcptoken)).toEqual(["project"]);
    expect(usages(kindsByName.mcptoken).some((u) => u.startsWith("--project"))).toBe(false);
  });
});

test("only what was given becomes the spec, nested where it belongs", () => {
  const fields = fieldFlags(kindsByName.llm);
  const given = { type: "openai", "timeouts.idle": "5000", apiKeyRef: "openai/apiKey", contextWindow: "many" };
  expect(specFrom(fields, given)).toEqual({
    type: "openai",
    timeouts: { idle: 5000 },
    apiKeyRef: { name: "openai", key: "apiKey" },
    // For the schema to refuse, with its own words.
    contextWindow: "many",
  });
});

describe("values", () => {
  const { bindings, subjects, operations } = kindsByName.rbac.spec.shape;
  const { members } = kindsByName.group.spec.shape;

  test.each([
    [
      bindings,
      ["run:llms:gpt", "view:*"],
      [
        { role: "run", resource: "llms", name: "gpt" },
        { role: "view", resource: "*" },
      ],
    ],
    [
      subjects,
      ["User:ada", "ServiceAccount:ns/name"],
      [
        { kind: "User", name: "ada" },
        { kind: "ServiceAccount", name: "ns/name" },
      ],
    ],
    [operations, ["backup"], [{ action: "backup" }]],
    [
      kindsByName.personality.spec.shape.prompts,
      ["style", "tone:8"],
      [{ prompt: "style" }, { prompt: "tone", priority: 8 }],
    ],
    [
      kindsByName.server.spec.shape.env,
      ["A=b,c=d", "E="],
      [
        { name: "A", value: "b,c=d" },
        { name: "E", value: "" },
      ],
    ],
    [kindsByName.server.spec.shape.env, ['{"name":"A","valueFrom":1}'], [{ name: "A", valueFrom: 1 }]],
    [members, ["ada,bob", "eve"], ["ada", "bob", "eve"]],
    [bindings, ['{"role":"run","resource":"llms"}'], [{ role: "run", resource: "llms" }]],
    [kindsByName.llm.spec.shape.apiKeyRef, "s:k:with:colons", { name: "s", key: "k:with:colons" }],
    [kindsByName.secretbackend.spec.shape.isDefault, true, true],
    [kindsByName.secretbackend.spec.shape.isDefault, "false", false],
    [kindsByName.secret.spec.shape.data, ["a=b=c", "d="], { a: "b=c", d: "" }],
  ])("%#", (schema, typed, value) => expect(coerce(schema, typed, "--flag")).toEqual(value));

  test.each([
    [bindings, ["run"], "--flag run is not understood"],
    [kindsByName.llm.spec.shape.apiKeyRef, "justaname", "is not understood"],
    [bindings, ["{nonsense"], "is not valid JSON"],
    [kindsByName.server.spec.shape.env, ["HOST"], "--flag HOST is not key=value"],
  ])("%# is refused", (schema, typed, said) => expect(() => coerce(schema, typed, "--flag")).toThrow(said));

  test.each([
    [kindsByName.llm.spec.shape.apiKeyRef, "justaname", "secret/key"],
    [kindsByName.llm.spec.shape.apiKeyRef, "/key", "secret/key"],
    [bindings, ["run"], "role:resource:[name]"],
  ])("what is not understood is told as help writes it (%#)", (schema, typed, form) => {
    const hints: (string | undefined)[] = [];
    try {
      coerce(schema, typed, "--flag");
    } catch (error) {
      if (error instanceof Failure) hints.push(error.details.hint);
    }
    expect(hints).toEqual([`It is written ${form}.`]);
  });

  test("key=value needs a key", () => {
    expect(keyValue("a=b", "--label")).toEqual(["a", "b"]);
    expect(() => keyValue("=b", "--label")).toThrow("--label =b is not key=value");
    expect(flagName(["timeouts", "firstByte"])).toBe("--timeouts-first-byte");
  });
});
