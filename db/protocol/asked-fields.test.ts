import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedFields, decidingFields } from "./asked-fields.ts";

const read = (text: string) => askedFields(text, JSON.parse(text));
const refusal = (param: string) =>
  expect.objectContaining({ code: "invalid_request", details: expect.objectContaining({ param }) });

/** Control characters are told as escapes. */
const shown = (name: string) => JSON.stringify(name).slice(1, -1);

/** Spellings that one reader or another takes for the same word. */
const spellings = (field: string) =>
  [
    field.toUpperCase(),
    `${field[0]?.toUpperCase()}${field.slice(1)}`,
    field.replace("s", "ſ"),
    field.replace("k", "\u212a"),
    field.replace("i", "İ"),
    field.replace("i", "ı"),
    `${field}\0`,
    `${field}\0rest`,
  ].filter((spelled) => spelled !== field);

describe("a body says", () => {
  test.each([
    ['{"model":"a"}', { model: "a", stream: false }],
    ['{"model":"a","stream":true}', { model: "a", stream: true }],
    ['{"stream":null,"model":null}', { model: undefined, stream: false }],
    ['{"mod\\u0065l":"a"}', { model: "a" }],
    ['{"x":{"model":"b","Model":"c"},"model":"a","y":[{"models":["d"]}],"x":1}', { model: "a", chooser: undefined }],
    ['{"model":"a","modell":"b","mo del":"c","_model":"d","max_tokens":1,"Max_tokens":2}', { model: "a" }],
  ])("%s", (text, said) => {
    expect(read(text)).toMatchObject(said);
  });

  test("where its model stands", () => {
    const text = ' {"a":{"model":1} , "model" : "b"}';
    expect(read(text).modelAt).toBe(text.indexOf('"b"'));
    expect(read("{}").modelAt).toBeUndefined();
  });
});

describe("a body is refused", () => {
  test.each(["null", "[]", '"model"', "1"])("that is no object: %s", (text) => {
    expect(() => read(text)).toThrow("must be a JSON object");
  });

  test("that has more fields than any model takes", () => {
    const fields = (n: number) => `{"model":"a",${Array.from({ length: n }, (_, i) => `"É${i}":1`).join(",")}}`;
    expect(read(fields(900)).model).toBe("a");
    expect(() => read(fields(2_000))).toThrow("more than 1000 fields");
  });

  test.each(decidingFields)("that has %s twice, whichever is last and however it is escaped", (field) => {
    const escaped = `\\u00${field.charCodeAt(0).toString(16)}${field.slice(1)}`;
    const values = { model: '"a"', stream: "true" };
    for (const first of [values[field], "null", "{}"])
      for (const [one, other] of [
        [field, field],
        [field, escaped],
        [escaped, field],
      ])
        for (const between of ["", '"x":{"y":[1,"}"]},'])
          expect(() => read(`{"${one}":${first},${between}"${other}":${values[field]}}`)).toThrow(refusal(field));
  });

  test.each(decidingFields.flatMap((field) => spellings(field).map((s) => [field, s] as const)))(
    "that has %s in another spelling: %j",
    (field, spelled) => {
      for (const others of [{}, { [field]: field === "model" ? "a" : true }])
        for (const body of [
          { ...others, [spelled]: "b" },
          { [spelled]: "b", ...others },
        ])
          expect(() => read(JSON.stringify(body))).toThrow(refusal(shown(spelled)));
    },
  );

  test.each([
    ["model", 1],
    ["model", ["a"]],
    ["stream", "true"],
    ["stream", 1],
    ["stream", {}],
  ])("whose %s is %j", (field, value) => {
    expect(() => read(JSON.stringify({ [field]: value }))).toThrow(refusal(field));
  });

  test("with no more than the beginning of a name that is as long as the body", () => {
    expect(() => read(JSON.stringify({ [`Model\0${"x".repeat(1_000_000)}`]: 1 }))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/) }),
    );
  });
});

describe("a body that is let through", () => {
  type Member = [name: string, value: unknown];
  const same = (a: string, b: string) => a.toLowerCase().replace("ſ", "s") === b;
  const named = (members: Member[], is: (name: string) => boolean) => members.filter(([name]) => is(name));
  const readers: Record<string, (members: Member[], field: string) => unknown> = {
    "keeps the first": (m, field) => named(m, (n) => n === field).at(0)?.[1],
    "keeps the last": (m, field) => named(m, (n) => n === field).at(-1)?.[1],
    "ignores case, keeps the first": (m, field) => named(m, (n) => same(n, field)).at(0)?.[1],
    "ignores case, keeps the last": (m, field) => named(m, (n) => same(n, field)).at(-1)?.[1],
    "is written in C": (m, field) => named(m, (n) => same(n.split("\0")[0] ?? "", field)).at(0)?.[1],
  };
  const word = fc.constantFrom("model", "stream", "Model", "MODEL", "ſtream", "Stream", "model\0", "x", "messages");
  const value = fc.oneof(fc.constantFrom("a", "b", true, false, null), fc.constant({ model: "c", Stream: 1 }));
  const member = fc.tuple(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: fc.string() }), value);
  const escaped = (name: string) =>
    `"${[...name].map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join("")}"`;

  test("means the same to every reader", () => {
    let through = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(member, fc.boolean()), { maxLength: 4 }), (all) => {
        const members = all.map(([m]) => m);
        const text = `{${all.map(([[n, v], hidden]) => `${hidden ? escaped(n) : JSON.stringify(n)}:${JSON.stringify(v)}`).join(",")}}`;
        let asked: ReturnType<typeof read>;
        try {
          asked = read(text);
        } catch {
          return;
        }
        through++;
        for (const [kind, reader] of Object.entries(readers)) {
          expect(reader(members, "model") ?? undefined, kind).toBe(asked.model);
          expect(reader(members, "stream") ?? false, kind).toBe(asked.stream);
        }
      }),
      { numRuns: 5_000 },
    );
    expect(through).toBeGreaterThan(500);
  });
});

describe("a field by which a provider chooses", () => {
  test.each([
    { models: ["a", "b"] },
    { route: "fallback" },
    { preset: "cheap" },
    { fallbacks: ["big"] },
    { fallbacks: [{ model: "big" }] },
    { user_config: { model_list: [] } },
    { providerOptions: { gateway: { models: ["big"] } } },
    { compound_custom: { models: { answering_model: "big" } } },
    { plugins: [{ id: "web" }, { id: "fusion" }] },
    { tools: [{ type: "function" }, { type: "openrouter:advisor", parameters: { model: "big" } }] },
    { Models: ["big"] },
    { PROVIDEROPTIONS: {} },
    { "fallbacks\0": [] },
  ])("is told: %j", (fields) => {
    expect(read(JSON.stringify({ model: "a", ...fields })).chooser).toBe(shown(Object.keys(fields)[0] ?? ""));
  });

  test("is told where it is there twice, even if the last is empty", () => {
    expect(read('{"models":["big"],"models":null}').chooser).toBe("models");
    expect(read('{"tools":[{"type":"openrouter:fusion"}],"too\\u006cs":[]}').chooser).toBe("tools");
  });

  test.each([
    { models: [] },
    { models: null, route: "", fallbacks: [], providerOptions: {}, preset: false },
    {
      tools: [
        { type: "function", function: { name: "models" } },
        { type: "custom" },
        { type: "openrouter:web_search" },
      ],
    },
    { plugins: [{ id: "web" }, { id: "file-parser" }] },
    { provider: { order: ["a"], allow_fallbacks: false } },
    { messages: [{ models: ["x"], fallbacks: ["y"] }] },
    { metadata: { models: ["x"] } },
  ])("is not told where nothing is chosen: %j", (fields) => {
    expect(read(JSON.stringify({ model: "a", ...fields })).chooser).toBeUndefined();
  });
});
