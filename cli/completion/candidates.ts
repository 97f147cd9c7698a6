/** Completion: walks the same descriptions that the program is built from. */
import { kinds } from "#db/kinds/index";
import type { Verb as KindVerb } from "#db/schema/kind";
import { Failure } from "../failure.ts";
import { globalFlags, operands as operandsOf } from "../globals.ts";
import { parseKind } from "../kinds.ts";
import type { Arg, Flag, Source, Tools, Verb, Word } from "../verb.ts";
import type { Candidate } from "./candidate.ts";
import { fieldsAfter } from "./fields.ts";
import { knownNames } from "./names.ts";

/** Says that the shell should complete file names by itself. */
const FILES: Candidate[] = [{ word: ":files" }];

/** The words of the command line, as far as the first one that was typed needs them. */
export type WordsFor = (first: string | undefined) => Promise<Readonly<Record<string, Word>>>;

/** @param typed The last one is unfinished, perhaps empty. */
export async function candidates(typed: readonly string[], tools: Tools, wordsFor: WordsFor): Promise<Candidate[]> {
  const last = typed.at(-1) ?? "";
  const before = typed.slice(0, -1);
  const found = await follow(before, last, tools, wordsFor);
  return found === FILES
    ? found
    : found.filter((c) => c.word.startsWith(last)).sort((a, b) => (a.word < b.word ? -1 : 1));
}

async function follow(before: readonly string[], last: string, tools: Tools, wordsFor: WordsFor): Promise<Candidate[]> {
  let words: Readonly<Record<string, Word>> | undefined = await wordsFor(operandsOf(before)[0]);
  let verb: Verb | undefined;
  const operands: string[] = [];
  const flags = () => Object.values({ ...globalFlags, ...verb?.flags }) as Flag<unknown>[];
  for (let i = 0; i < before.length; i++) {
    const word = before[i] ?? "";
    if (word.startsWith("-") && word !== "-") {
      const flag = flags().find((f) => spellings(f).includes(word));
      const takesValue = flag?.usage.includes("<") ?? false;
      if (takesValue && i === before.length - 1 && flag) return fromSource(flag.words, operands, last, tools);
      if (takesValue) i++;
      continue;
    }
    const next: Word | undefined = verb ? undefined : words?.[word];
    if (verb) operands.push(word);
    else if (!next) return [];
    else if ("words" in next) words = await next.words();
    else verb = await next.load();
  }
  if (last.startsWith("-")) {
    const equals = /^(--[\w-]+)=/.exec(last);
    const flag = equals && flags().find((f) => spellings(f).includes(equals[1] ?? ""));
    if (flag) return fromEquals(flag, equals[1] ?? "", operands, last, tools);
    return flags()
      .filter((f) => !f.hidden)
      .flatMap((f) =>
        spellings(f)
          .filter((s) => s.startsWith("--"))
          .map((word) => ({ word, about: f.about })),
      );
  }
  if (!verb)
    return Object.entries(words ?? {})
      .filter(([, w]) => !w.hidden)
      .map(([word, { about }]) => ({ word, about }));
  return fromArgs(Object.values(verb.args), operands, last, tools);
}

async function fromEquals(
  flag: Flag<unknown>,
  spelling: string,
  operands: readonly string[],
  last: string,
  tools: Tools,
): Promise<Candidate[]> {
  const value = last.slice(spelling.length + 1);
  const found = await fromSource(flag.words, operands, value, tools);
  return found === FILES ? found : found.map((c) => ({ ...c, word: `${spelling}=${c.word}` }));
}

/** Several kinds are written with commas between them. */
function kindsAfter(last: string, can: KindVerb | undefined): Candidate[] {
  const before = last.slice(0, last.lastIndexOf(",") + 1);
  return kinds
    .filter((k) => can === undefined || k.verbs.includes(can))
    .map((k) => ({ word: `${before}${k.plural}`, about: k.about }));
}

const spellings = (flag: Flag<unknown>) => flag.usage.split(/[ ,]+/).filter((s) => s.startsWith("-"));

async function fromArgs(
  args: readonly Arg<unknown>[],
  operands: readonly string[],
  last: string,
  tools: Tools,
): Promise<Candidate[]> {
  const arg = args[operands.length] ?? (args.at(-1)?.takes === "many" ? args.at(-1) : undefined);
  // After a kind come its names; `kind/` is both in one.
  if (arg?.takes === "many" && arg.words?.from === "kinds") {
    const slash = last.indexOf("/");
    if (slash > 0) {
      const kind = last.slice(0, slash);
      return (await namesOf(kind, last.slice(slash + 1), tools)).map((c) => ({ ...c, word: `${kind}/${c.word}` }));
    }
    if (operands.length > 0) return operands[0]?.includes("/") ? [] : namesOf(operands[0] ?? "", last, tools);
  }
  return fromSource(arg?.words, operands, last, tools);
}

async function fromSource(
  source: Source | undefined,
  operands: readonly string[],
  last: string,
  tools: Tools,
): Promise<Candidate[]> {
  switch (source?.from) {
    case "words":
      return source.words.map((word) => ({ word }));
    case "kinds":
      return kindsAfter(last, source.can);
    case "fields":
      return last.includes(".") ? fieldsAfter(last) : kinds.map((k) => ({ word: k.name, about: k.about }));
    case "contexts":
      return Object.entries((await tools.contexts.read()).contexts).map(([word, { edge }]) => ({ word, about: edge }));
    case "names":
      return namesOf(source.kind ?? operands.at(-1) ?? "", last, tools);
    case "files":
      return FILES;
    default:
      return [];
  }
}

async function namesOf(kindWord: string, begins: string, tools: Tools): Promise<Candidate[]> {
  try {
    return (await knownNames(parseKind(kindWord), begins, tools)).map((word) => ({ word }));
  } catch (error) {
    // A completion that can't be had is none; a shell's prompt is no place for errors.
    if (error instanceof Failure) return [];
    throw error;
  }
}
