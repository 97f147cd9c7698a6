/** What may follow the words typed so far, one a line, `word<TAB>about`. Behind the scripts of `mcpctl completion`. */
import { answer } from "../completion/answer.ts";
import { many, verb } from "../verb.ts";

export default verb({
  about: "What may follow the words typed so far.",
  args: { words: many("The words, the last one unfinished.") },
  flags: {},
  run: ({ words }, tools) => answer(words, tools),
});
