import { expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { wireSchema } from "../documents/check.ts";
import { setField, setText } from "./set.ts";

const { llm, rbac, group, secretbackend } = kindsByName;
const set = (kind: Parameters<typeof wireSchema>[0], ...typed: string[]) => {
  const root: Record<string, unknown> = {};
  for (const t of typed) setField(wireSchema(kind), root, t);
  return root;
};

test("any field is set, as deep as it lies, in the type of its schema", () => {
  expect(
    set(llm, "timeouts.idle=5000", "contextWindow=8", "model=a=b", "apiKeyRef=s/k", 'labels["example.com/x"]=1'),
  ).toEqual({
    timeouts: { idle: 5000 },
    contextWindow: 8,
    model: "a=b",
    apiKeyRef: { name: "s", key: "k" },
    labels: { "example.com/x": "1" },
  });
  expect(
    set(rbac, "subjects[0].kind=User", "subjects[0].name=ada", 'bindings=[{"role":"run","resource":"llms"}]'),
  ).toEqual({
    subjects: [{ kind: "User", name: "ada" }],
    bindings: [{ role: "run", resource: "llms" }],
  });
  expect(set(group, "members[0]=ada", "members[1]=bob", "spec.description=x")).toEqual({
    members: ["ada", "bob"],
    description: "x",
  });
  expect(set(group, "members=ada,bob")).toEqual({ members: ["ada", "bob"] });
  expect(set(secretbackend, "isDefault=true")).toEqual({ isDefault: true });
});

test.each([
  [llm, "timeouts.idel=1", 'there is no field "timeouts.idel"'],
  [llm, "modle=m", 'there is no field "modle"'],
  [llm, "model.x=m", 'there is no field "model.x"'],
  [group, "members.first=ada", "there is no field"],
  [llm, "model", "is not path=value"],
  [llm, "=x", "is not path=value"],
  [llm, "timeouts..idle=x", "is no path"],
  [llm, "__proto__.polluted=x", "there is no field"],
  [llm, "timeouts.constructor=x", "there is no field"],
  [rbac, "bindings=[{", "is not valid JSON"],
] as const)("%#: %s is refused", (kind, typed, said) => {
  expect(() => set(kind, typed)).toThrow(said);
  expect({}).not.toHaveProperty("polluted");
});

test("a text from a file goes into a field as it is", () => {
  const root: Record<string, unknown> = {};
  setText(wireSchema(llm), root, "description", "two\nlines\n", "--from-file");
  setText(wireSchema(llm), root, "timeouts", '{"idle": 7}\n', "--from-file");
  expect(root).toEqual({ description: "two\nlines\n", timeouts: { idle: 7 } });
});
