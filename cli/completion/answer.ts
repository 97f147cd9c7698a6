/** A shell's question, answered without a reader of command lines: it comes with each press of Tab, and has to be quick. */
import type { Exit } from "../failure.ts";
import { openTools, type Surroundings } from "../tools.ts";
import type { Globals, Tools } from "../verb.ts";
import { type Candidate, candidates } from "./candidates.ts";

const none: Globals = { quiet: false, verbose: false };

/** What may follow, one a line, `word<TAB>about`. @param words The last one is unfinished, perhaps empty. */
export async function answer(words: readonly string[], tools: Tools): Promise<void> {
  const line = ({ word, about }: Candidate) => (about ? `${word}\t${about}\n` : `${word}\n`);
  await tools.io.out((await candidates(words, tools)).map(line).join(""));
}

/** As `mcpctl __complete -- WORDS`. Never throws: a shell's prompt is no place for errors. */
export async function answerAlone(words: readonly string[], around: Surroundings): Promise<Exit> {
  try {
    await answer(words, openTools(none, around));
    return 0;
  } catch {
    return 1;
  }
}
