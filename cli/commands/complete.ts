/** What may follow the words typed so far, one a line, `word<TAB>about`. Behind the scripts of `mcpctl completion`. */
import { candidates } from "../completion/candidates.ts";
import { many, verb } from "../verb.ts";

export default verb({
  about: "What may follow the words typed so far.",
  args: { words: many("The words, the last one unfinished.") },
  flags: {},
  async run({ words }, tools) {
    const found = await candidates(words, tools);
    await tools.io.out(found.map(({ word, about }) => (about ? `${word}\t${about}\n` : `${word}\n`)).join(""));
  },
});
