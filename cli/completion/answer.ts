/** A shell's question, answered without a reader of command lines: it comes with each press of Tab, and has to be quick. */
import type { Exit } from "../failure.ts";
import type { Globals } from "../global-values.ts";
import type { Surroundings } from "../surroundings.ts";
import { openTools } from "../tools.ts";
import type { Tools } from "../verb.ts";
import type { Candidate } from "./candidate.ts";
import { candidates, type WordsFor } from "./candidates.ts";

const none: Globals = { quiet: false, verbose: false };

/** What may follow, one a line, `word<TAB>about`. @param words The last one is unfinished, perhaps empty. */
export async function answer(words: readonly string[], tools: Tools, wordsFor: WordsFor): Promise<void> {
  const line = ({ word, about }: Candidate) => (about ? `${word}\t${about}\n` : `${word}\n`);
  await tools.io.out((await candidates(words, tools, wordsFor)).map(line).join(""));
}

/** As `mcpctl __complete -- WORDS`. Never throws: a shell's prompt is no place for errors. */
export async function answerAlone(words: readonly string[], around: Surroundings, wordsFor: WordsFor): Promise<Exit> {
  try {
    await answer(words, openTools(none, around), wordsFor);
    return 0;
  } catch {
    return 1;
  }
}
