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

describe(verifies("cli.jsonpath", "a label whose key has dots and a slash, in the form of -o"), () => {
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

describe(verifies("cli.forms", "an output form that a verb does not have"), () => {
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

  test("the token that a template prints is not printed a second time", async () => {
    const said = await run("create", "mcptoken", "twice", "-q", "-o", "jsonpath={.token}");
    expect(said).toMatchObject({ exit: 0, err: "", out: expect.stringMatching(/^mcpctl_\S+\n$/) });
  });
});

describe(verifies("cli.spans", "--expiry"), () => {
  const day = 86_400_000;
  const ends = async (expiry: string, name: string): Promise<number> => {
    await out("create", "mcptoken", name, "-q", "--expiry", expiry);
    return Date.parse((await out("get", "mcptoken", name, "-o", "jsonpath={.status.expiresAt}")).trim());
  };

  test.each([
    ["90m", day / 16],
    ["36h", 1.5 * day],
    ["30d", 30 * day],
    ["2w", 14 * day],
    ["1y", 365 * day],
  ])("%s lasts so long, for a token and for one's own", async (expiry, ms) => {
    const expected = Date.now() + ms;
    expect(Math.abs((await ends(expiry, `span-${expiry}`)) - expected)).toBeLessThan(60_000);
    await out("auth", "create-token", `own-${expiry}`, "--expiry", expiry);
    const own = JSON.parse(await out("auth", "get-tokens", "-o", "json")) as { name: string; expiresAt: string }[];
    const at = Date.parse(own.find((t) => t.name === `own-${expiry}`)?.expiresAt ?? "");
    expect(Math.abs(at - expected)).toBeLessThan(60_000);
  });

  test.each(["0d", "-5d", "soon", "5", "1mo", "1000y", "2027-02-30", ""])(
    "%j is refused with what can be written",
    async (expiry) => {
      for (const line of [
        ["create", "mcptoken", "wrong"],
        ["auth", "create-token", "wrong"],
      ]) {
        const said = await run(...line, `--expiry=${expiry}`);
        expect(said, line.join(" ")).toMatchObject({ exit: 2, out: "" });
        expect(said.err).toContain("a span such as 90m, 36h, 30d, 2w or 1y, an ISO date or date-time, or never");
      }
    },
  );

  test("events --since takes minutes and weeks", async () => {
    for (const since of ["90m", "2w", "1y"]) expect(await out("events", "--since", since)).toContain("mcptoken");
    expect(await run("events", "--since", "1mo")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("not a moment"),
    });
  });
});
