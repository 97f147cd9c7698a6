import { describe, expect, test } from "vitest";
import { kinds } from "#db/kinds/index";
import { bodyOf, inPath, methodOf, pathBelow } from "#db/schema/action";
import { allWords, tree } from "../../cli/tree.ts";
import { label, routes } from "../harness/routes.ts";
import { verifies } from "../requirements.ts";

const all = kinds.flatMap((kind) =>
  Object.entries(kind.actions).map(([name, action]) => ({ called: `${kind.name} ${name}`, kind, name, action })),
);

// By a variable: importing the edge's own types would mix workerd's with Node's.
const entry: string = "../../edge/kinds/index.ts";
const { actionOf } = (await import(entry)) as { actionOf: (kind: string, name: string) => { change: unknown } };
const words = await allWords();

test("the check of actions sees one that is missing", () => {
  expect(all.length).toBeGreaterThan(3);
  expect(() => actionOf("mcptoken", "unheard-of")).toThrow("nothing does unheard-of to mcptoken");
});

test(verifies("law.actions", "no word of the command line is an action that no kind describes"), () => {
  const further = Object.keys(words).filter((word) => !(word in tree));
  expect(further.sort()).toEqual([...new Set(all.map(({ name }) => name))].sort());
});

describe.each(all.map((each) => [each.called, each] as const))("%s", (_, { kind, name, action }) => {
  test(verifies("law.actions", "has an implementation, and a route of its own"), () => {
    expect(actionOf(kind.name, name).change).toBeTypeOf("function");
    const path = `/api/v1/${kind.plural}/:name${pathBelow(name, action)}`;
    const route = routes.find((r) => label(r) === `${methodOf(action)} ${path}`);
    expect(route?.doc).toMatchObject({ tag: kind.plural, summary: action.about });
  });

  test(verifies("law.actions", "has a verb that takes all that the action takes"), async () => {
    const word = words[name];
    if (!word || !("load" in word)) throw new Error("is no word of the command line");
    const verb = await word.load();
    expect(Object.keys(verb.flags).sort()).toEqual(
      [...Object.keys(action.takes?.shape ?? {}), ...(action.dryRun ? ["dryRun"] : [])].sort(),
    );
    expect(verb.examples?.some((example) => example.startsWith(`mcpctl ${name} `))).toBe(true);
  });

  test("names in its path only what it takes", () => {
    const taken = Object.keys(action.takes?.shape ?? {});
    expect(taken).toEqual(expect.arrayContaining(inPath(action)));
    expect([...inPath(action), ...Object.keys(bodyOf(action)?.shape ?? {})].sort()).toEqual(taken.sort());
  });

  test("changes what its kind has", () => {
    const { changes } = action;
    if (typeof changes === "object") expect(kinds.map((k) => k.name)).toContain(changes.becomes);
    if (changes === "status") expect(Object.keys(kind.status.shape).length).toBeGreaterThan(0);
  });
});
