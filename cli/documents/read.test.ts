import { describe, expect, test } from "vitest";
import { faultLine } from "../failure.ts";
import { bodyFaults, withLines } from "./check.ts";
import { duplicates, readManifests } from "./read.ts";

const names = (text: string) =>
  readManifests(text, "f.yaml").manifests.map((m) => `${m.kind.name}/${m.name}@${m.where}`);
const faults = (text: string) => readManifests(text, "f.yaml").faults.map(faultLine);

describe("manifests", () => {
  test("come one after the other, grouped, and in a List, each with its line", () => {
    expect(names("kind: llm\nname: a\n---\n# nothing here\n---\nkind: Secrets\nname: b\n")).toEqual([
      "llm/a@f.yaml:1",
      "secret/b@f.yaml:6",
    ]);
    expect(names("llms:\n  - name: a\n  - name: b\nsecrets:\n  - {name: c}\n")).toEqual([
      "llm/a@f.yaml:2",
      "llm/b@f.yaml:3",
      "secret/c@f.yaml:5",
    ]);
    expect(names('{"kind": "List", "items": [{"kind": "llm", "name": "a"},\n{"kind": "sb", "name": "b"}]}')).toEqual([
      "llm/a@f.yaml:1",
      "secretbackend/b@f.yaml:2",
    ]);
  });

  test.each([
    ["kind: lmm\nname: a", 'f.yaml:1: there is no kind "lmm" (did you mean llm?)'],
    ["name: a\ntype: openai", "f.yaml:1: has no kind: expected one of "],
    ["kind: llm\ntype: openai", "f.yaml:1: this llm has no name"],
    ["- 1\n- 2", "f.yaml:1: is not a resource: expected a mapping with kind and name"],
    ["just words", "f.yaml:1: is not a resource: expected a mapping with kind and name"],
    ["llms: []\nsecretz: []", 'f.yaml:2: there is no kind "secretz" (did you mean secret?)'],
    ["llms:\n  - just words", "f.yaml:2: is not a llm: expected a mapping"],
    ["kind: List\nitems: 3", "f.yaml:2: expected a list of resources"],
    ["kind: llm\nname: a\nname: b", "f.yaml:3: Map keys must be unique"],
    ["kind: llm\nname: [a", "f.yaml:2: "],
  ])("%j is refused with its line", (text, said) => expect(faults(text).join("\n")).toContain(said));

  test.each([
    [
      "byte order mark and CRLF",
      "\ufeffkind: llm\r\nname: a\r\n---\r\nkind: llm\r\nname: b\r\n",
      ["llm/a@f.yaml:1", "llm/b@f.yaml:4"],
    ],
    [
      "a list of its own",
      '[{"kind": "llm", "name": "a"},\n {"kind": "secret", "name": "b"}]',
      ["llm/a@f.yaml:1", "secret/b@f.yaml:2"],
    ],
    ["empty documents", "---\n---\n# only words\n---\nkind: llm\nname: a\n---\n", ["llm/a@f.yaml:5"]],
    ["a tab where it may be", "kind:\tllm\nname:\ta\n", ["llm/a@f.yaml:1"]],
    ["a directive", "%YAML 1.2\n---\nkind: llm\nname: a\n", ["llm/a@f.yaml:3"]],
  ])("with %s are read", (_what, text, found) => {
    expect(faults(text)).toEqual([]);
    expect(names(text)).toEqual(found);
  });

  test("share fields by anchors and merge keys", () => {
    const { manifests, faults: none } = readManifests(
      "llms:\n  - &first {name: a, type: vllm, model: m}\n  - <<: *first\n    name: b\n    model: n\n",
      "f.yaml",
    );
    expect(none).toEqual([]);
    expect(manifests.map((m) => m.body)).toEqual([
      { name: "a", type: "vllm", model: "m" },
      { name: "b", type: "vllm", model: "n" },
    ]);
  });

  test.each([
    ["kind: llm\n\tname: a", "f.yaml:2: Tabs are not allowed as indentation"],
    ["kind: llm\nname: a\nmodel: !secret x", "f.yaml:3: Unresolved tag: !secret"],
    ["kind: llm\nname: a\nmodel: *nowhere", "Unresolved alias"],
    ["kind: llm\nname: a\n<<: 3", "Merge sources must be maps"],
    [`kind: llm\nname: a\nmodel: ${"[".repeat(50_000)}${"]".repeat(50_000)}`, "nested too deeply"],
    [`kind: llm\nname: a\nmodel: ${"[".repeat(40)}${"]".repeat(40)}`, "nested more than 32 levels deep"],
    ['kind: llm\nname: a\nmodel: "a\\0b"', "f.yaml:1: model: contains a NUL character"],
    ["kind: llm\nname: a\n__proto__: {b: 1}", "__proto__"],
    [`kind: group\nname: a\nmembers: [${"x,".repeat(60_000)}]`, "contains more than 50000 values"],
    [
      "apiVersion: v1\nkind: llm\nmetadata:\n  name: a\nspec:\n  model: m",
      'f.yaml:1: "apiVersion" is Kubernetes\' format; here kind, name, labels and the fields are all at the top level',
    ],
    ["kind: llm\nname: a\nspec: {model: m}", `f.yaml:3: "spec" is Kubernetes' format`],
    ["kind: Deployment\nmetadata: {name: a}", `f.yaml:2: "metadata" is Kubernetes' format`],
  ])("%# is refused in words and with its line", (text, said) => expect(faults(text).join("\n")).toContain(said));

  test("that multiply aliases don't fill memory", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
      .split("")
      .map((c, i) => `${c}: &${c} [${`*${"abcdefghi"[i]},`.repeat(9).slice(0, -1)}]`)
      .join("\n")}`;
    expect(faults(bomb).join()).toContain("Excessive alias count");
  });

  test("that say the same twice are refused", () => {
    const { manifests } = readManifests("kind: llm\nname: a\n---\nllms:\n  - name: a\n", "f.yaml");
    expect(duplicates(manifests).map(faultLine)).toEqual(["f.yaml:5: llm/a is already at f.yaml:1"]);
    const tokens = readManifests("mcptokens:\n  - {name: a, project: x}\n  - {name: a, project: y}\n", "f.yaml");
    expect(duplicates(tokens.manifests)).toEqual([]);
  });
});

test("a fault is told with file, line, path, what was expected and given, and a near spelling", () => {
  const text = `kind: llm
name: a
type: opnai
timeouts:
  firstByte: soon
  idel: 5
labels: {a: 1}
model: m
`;
  const [m] = readManifests(text, "f.yaml").manifests;
  if (!m) throw new Error("the document was not read");
  expect(withLines(m, bodyFaults(m.kind, m.body)).map(faultLine)).toEqual([
    'f.yaml:7: labels.a: expected string, given the number 1 (did you mean "1"?)',
    'f.yaml:3: type: expected one of openai, azure, deepseek, openrouter, mistral, groq, together, xai, gemini-openai, perplexity, zhipu, zai, qwen, moonshot, fireworks, cerebras, sambanova, nvidia, huggingface, cohere, vllm, ollama, llamacpp, lmstudio, given "opnai" (did you mean openai?)',
    'f.yaml:5: timeouts.firstByte: expected number, given "soon"',
    "f.yaml:6: timeouts.idel: is not a field (did you mean idle?)",
  ]);
});

test("what the system reports is ignored, what is left out is not a fault of a patch", () => {
  const [m] = readManifests(
    "kind: llm\nname: a\nid: x\nresourceVersion: '3'\nstatus: {state: active}\n",
    "f",
  ).manifests;
  if (!m) throw new Error("the document was not read");
  expect(bodyFaults(m.kind, m.body).map((f) => [f.path, f.missing])).toEqual([
    ["type", true],
    ["model", true],
  ]);
});

describe("a word that YAML takes for no text", () => {
  const told = (text: string) => {
    const { manifests, faults } = readManifests(text, "f.yaml");
    return [...faults, ...manifests.flatMap((m) => withLines(m, bodyFaults(m.kind, m.body)))].map(faultLine);
  };

  test.each([
    ["123", 'the number 123 (did you mean "123"?)'],
    ["1.10", 'the number 1.10 (did you mean "1.10"?)'],
    ["0x1F", 'the number 0x1F (did you mean "0x1F"?)'],
    ["010", 'the number 010 (did you mean "010"?)'],
    ["1e3", 'the number 1e3 (did you mean "1e3"?)'],
    ["-0.0", 'the number -0.0 (did you mean "-0.0"?)'],
    [".inf", 'the number .inf (did you mean ".inf"?)'],
    ["12345678901234567890123", 'the number 12345678901234567890123 (did you mean "12345678901234567890123"?)'],
    ["true", 'the boolean true (did you mean "true"?)'],
    ["FALSE", 'the boolean FALSE (did you mean "FALSE"?)'],
  ])("%s is told with its type, as it stands there, wherever a text is expected", (word, said) => {
    expect(told(`kind: group\nname: ${word}\n`)).toEqual([`f.yaml:2: name: expected string, given ${said}`]);
    expect(told(`kind: group\nname: a\nlabels: {v: ${word}}\n`)).toEqual([
      `f.yaml:3: labels.v: expected string, given ${said}`,
    ]);
    expect(told(`groups:\n- name: a\n  members: [x, ${word}]\n`)).toEqual([
      `f.yaml:3: members[1]: expected string, given ${said}`,
    ]);
    expect(told(`kind: llm\nname: a\ntype: ollama\nmodel: ${word}\n`)).toEqual([
      `f.yaml:4: model: expected string, given ${said}`,
    ]);
    expect(told(`{"kind": "group", "name": "a", "description": ${word}}`)).toEqual([
      `f.yaml:1: description: expected string, given ${said}`,
    ]);
  });

  test.each([
    ["null", 'null (did you mean "null"?)'],
    ["Null", 'Null, which means null (did you mean "Null"?)'],
    ["~", '~, which means null (did you mean "~"?)'],
    ["", "null"],
  ])("a name %j is null", (word, said) =>
    expect(told(`kind: group\nname: ${word}\n`)).toEqual([`f.yaml:2: name: expected string, given ${said}`]),
  );

  test.each(["no", "NO", "yes", "on", "2026-01-01", "1.2.3", "12:30:45", "1_000", '"123"', "'true'", "0o", "1e"])(
    "%s is a text",
    (word) => expect(told(`kind: group\nname: a\ndescription: ${word}\n`)).toEqual([]),
  );

  test("where another type is expected, what stands there is repeated too", () => {
    expect(told("kind: llm\nname: a\ntype: vllm\nmodel: m\nurl: http://h\ntier: 1.10\n")).toEqual([
      "f.yaml:6: tier: expected one of fast, heavy, given the number 1.10",
    ]);
    expect(told("kind: group\nname: a\nmembers: 1.10\n")).toEqual([
      "f.yaml:3: members: expected list, given the number 1.10",
    ]);
    expect(told("kind: group\nname: [a]\n")).toEqual(['f.yaml:2: name: expected string, given ["a"]']);
  });

  test("as a key is the text that stands there", () => {
    const [m] = readManifests(
      "kind: group\nname: a\nlabels: {1.10: a, 0x10: b, true: c, No: d, 007: 1.50}\n",
      "f.yaml",
    ).manifests;
    expect(m?.body["labels"]).toEqual({ "1.10": "a", "0x10": "b", true: "c", No: "d", "007": 1.5 });
    expect(m && withLines(m, bodyFaults(m.kind, m.body)).map(faultLine)).toEqual([
      'f.yaml:3: labels.007: expected string, given the number 1.50 (did you mean "1.50"?)',
    ]);
  });

  test("of a secret is not repeated", () => {
    expect(told("kind: secret\nname: s\ndata: {pin: 0012}\n").join()).not.toContain("12");
  });
});
