/** What may follow the words typed so far, one a line, `word<TAB>about`. Behind the scripts of `mcpctl completion`. */
import { answer } from "../completion/answer.ts";
import type { WordsFor } from "../completion/candidates.ts";
import { many, verb } from "../verb.ts";

/** @param wordsFor the tree of words, which has this verb in it. */
export const completing = (wordsFor: WordsFor) =>
  verb({
    about: "List completions of a command line.",
    args: { words: many("The typed words; the last one is incomplete.") },
    flags: {},
    run: ({ words }, tools) => answer(words, tools, wordsFor),
  });
