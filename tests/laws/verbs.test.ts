import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { grep, read, sources, withoutComments } from "./repository.ts";

/** Strings are blanked: a hint may well speak of `fetch` or of the console. */
const code = (file: string) =>
  withoutComments(read(file)).replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, (s) => s.replace(/[^\n]/g, " "));

test(verifies("law.verbs", "the code of a verb touches the world only through its surroundings"), () => {
  const world = /(?<![\w.])(process\.|console\.|fetch\(|Date\.now\(|setTimeout\(|performance\.)|from\s+["']node:/;
  const found = sources("cli/verbs", "cli/render", "cli/documents", "cli/schema").flatMap((file) =>
    grep(file, world, code(file)),
  );
  expect(found).toEqual([]);
});

test("a pure decision of the edge asks no clock and no runtime", () => {
  // State machines and decisions get `now` from their shells, so that tests need no runtime and no waiting.
  const pure = sources("edge").filter((f) =>
    /(?:machine|decide|flushing|throttle|escalation|json-scan|usage)\.ts$/.test(f),
  );
  expect(pure.length).toBeGreaterThan(5);
  const impure = /(?<![\w.])(Date\.now\(|new Date\(\)|setTimeout\(|fetch\(|console\.|crypto\.getRandomValues)/;
  expect(pure.flatMap((file) => grep(file, impure, code(file)))).toEqual([]);
});
