import { expect, test } from "vitest";
import { kinds } from "#db/kinds/index";
import { verifies } from "../requirements.ts";
import { read, sources, withoutComments } from "./repository.ts";

/** Loops over all kinds live here; what one kind does differently is a hook in edge/kinds or cli/kinds, or a command in cli/commands. */
const generic = ["edge/resources", "cli/verbs", "cli/render", "cli/describe"];

/**
 * A kind's word that means something else in that place, with what it means. Empty is best; an entry that nothing needs any
 * more is refused too.
 */
const homonyms: readonly { file: string; word: string; means: string }[] = [
  ...["action", "apply", "create", "delete", "label"].map((name) => ({
    file: `cli/verbs/${name}.ts`,
    word: "server",
    means: "--dry-run=server, as kubectl says",
  })),
];

const words = new Set(kinds.flatMap((k) => [k.name, k.plural, ...k.shortNames]));

/** Whole string literals that are a kind's name, and properties read by one: `kinds.llm`, `row.user`. */
function named(code: string): string[] {
  const text = withoutComments(code);
  const literals = [...text.matchAll(/(["'`])([a-z]+)\1/g)].map((m) => m[2] ?? "");
  const paths = [...text.matchAll(/\/api\/v1\/([a-z]+)/g)].map((m) => m[1] ?? "");
  const members = [...text.matchAll(/\b(?:kinds|kindsByName|resources|behaviours)\.([a-z]+)\b/g)].map(
    (m) => m[1] ?? "",
  );
  return [...new Set([...literals, ...paths, ...members])].filter((w) => words.has(w));
}

const found = sources(...generic).flatMap((file) => named(read(file)).map((word) => ({ file, word })));
const excused = (f: { file: string; word: string }) => homonyms.some((h) => h.file === f.file && h.word === f.word);

test("the check of kinds' names sees one in a literal, a path and a member", () => {
  expect(named('if (kind.name === "llm") x')).toEqual(["llm"]);
  expect(named("fetch(`/api/v1/secrets/x`)")).toEqual(["secrets"]);
  expect(named("const t = resources.mcptoken;")).toEqual(["mcptoken"]);
  expect(named('// "llm"\nconst s = "an llm that answers";')).toEqual([]);
});

test(verifies("law.no-kind-names", "generic folders name no kind"), () => {
  expect(found.filter((f) => !excused(f))).toEqual([]);
});

test("every word that is excused for being a kind's name too is in use", () => {
  expect(homonyms.filter((h) => !found.some((f) => f.file === h.file && f.word === h.word))).toEqual([]);
});
