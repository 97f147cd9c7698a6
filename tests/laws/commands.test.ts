/** What messages, help and guides tell people to type is there. */
import { expect, test } from "vitest";
import { allWords } from "../../cli/tree.ts";
import { files, read, sources } from "./repository.ts";

const command = /`(?:npx )?mcpctl ([a-z][a-z-]*)(?: ([a-z][a-z-]+))?/g;

test("every command of mcpctl that is named between backticks exists", async () => {
  const told = [
    ...sources("cli", "edge", "local-agent", "db"),
    ...files.filter((f) => /^(README|docs\/.*)\.md$/.test(f)),
  ];
  const words = new Map<string, readonly string[]>();
  for (const [name, word] of Object.entries(await allWords()))
    words.set(name, "words" in word ? Object.keys(await word.words()) : []);
  let named = 0;
  const wrong = told.flatMap((file) =>
    [...read(file).matchAll(command)].flatMap(([text, verb = "", second]) => {
      named++;
      const below = words.get(verb);
      if (!below) return [`${file}: ${text}`];
      // `create` has a word for each kind; what follows other verbs is a kind or a name.
      const must = below.length > 0 && verb !== "create" && second !== undefined;
      return must && !below.includes(second) ? [`${file}: ${text}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
  expect(named).toBeGreaterThan(100);
});
