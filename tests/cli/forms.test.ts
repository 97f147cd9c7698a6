/** Answers in the form that somebody asked for, over a real edge. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { type Catalogue, startCatalogue } from "./catalogue.ts";
import type { Person } from "./person.ts";

let catalogue: Catalogue;
let engineer: Person;

beforeAll(async () => {
  catalogue = await startCatalogue();
  ({ engineer } = catalogue);
  for (const [name, web] of [
    ["alpha", "c"],
    ["beta", "a"],
    ["gamma", "b"],
  ] as const)
    await engineer.run(["label", "llm", name, `app.kubernetes.io/name=${web}`]);
});
afterAll(() => catalogue?.stop());

const run = (...args: string[]) => engineer.run(args);
const out = async (...args: string[]) => {
  const said = await run(...args);
  expect(said.exit, said.err).toBe(0);
  return said.out;
};

describe(verifies("cli.jsonpath", "a label whose key has dots and a slash"), () => {
  const paths = [".labels.app\\.kubernetes\\.io/name", ".labels['app\\.kubernetes\\.io/name']"];

  test.each(paths)("%s is printed, makes a column and is sorted by", async (path) => {
    expect(await out("get", "llm", "alpha", "-o", `jsonpath={${path}}`)).toBe("c\n");
    expect(await out("get", "llm", "alpha", "-o", `jsonpath=${path}`)).toBe("c\n");
    expect(await out("get", "llms", "-o", `jsonpath={range .items[*]}{${path}},{end}`)).toBe("c,a,b,\n");
    expect(await out("get", "llms", "--no-headers", "-o", `custom-columns=N:.name,WEB:${path}`)).toBe(
      "alpha   c\nbeta    a\ngamma   b\n",
    );
    for (const form of [path, `{${path}}`])
      expect(await out("get", "llms", "-o", "name", "--sort-by", form)).toBe("llm/beta\nllm/gamma\nllm/alpha\n");
  });

  test("a path that does not fit ends with 1 and says why", async () => {
    const said = await run("get", "llms", "-l", "team=nobody", "-o", "jsonpath={.items[0].name}");
    expect(said).toMatchObject({ exit: 1, out: "", err: expect.stringContaining("index 0 of a list of 0") });
  });
});

describe(verifies("cli.forms", "a form that a verb does not have"), () => {
  test.each([
    "delete llm alpha -o json",
    "edit llm alpha -o yaml",
    "config use-context x -o json",
    "config get-contexts -o yaml",
    "auth can-i view llms -o json",
    "logout -o name",
    "revoke ci -o table",
    "auth create-token x -o nonsense",
    "auth create-token x -o jsonpath={.a",
    "create project formless -o jsonpath={.a",
  ])("%s is refused before anything is done", async (line) => {
    expect(await run(...line.split(" "))).toMatchObject({ exit: 2, out: "" });
    expect(await out("get", "llm", "alpha", "-o", "name")).toBe("llm/alpha\n");
    expect(await run("get", "project", "formless")).toMatchObject({ exit: 3 });
    expect(await out("auth", "get-tokens", "-o", "name")).not.toMatch(/^x$/m);
  });

  test.each([
    ["create mcptoken", "{.name}"],
    ["create mcptoken", "{.bindings[7]}"],
    ["auth create-token", "{.name}"],
    ["auth create-token", "{.name[7]}"],
  ])("%s -o jsonpath=%s loses no token that is shown once", async (verb, template) => {
    const said = await run(...verb.split(" "), `t${Math.random().toString(36).slice(2)}`, "-o", `jsonpath=${template}`);
    expect(said.err).toMatch(/shown once: mcpctl_\S{20}/);
  });

  test("the token that a template prints is not told twice", async () => {
    const said = await run("create", "mcptoken", "twice", "-q", "-o", "jsonpath={.token}");
    expect(said).toMatchObject({ exit: 0, err: "", out: expect.stringMatching(/^mcpctl_\S+\n$/) });
  });
});
