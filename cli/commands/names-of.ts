/** For a word that can be said of one kind alone: `approve tone`, `approve promptrequest tone`, `approve promptrequest/tone`. */
import { usage } from "../failure.ts";
import { type AnyKind, kindWords, parseTargets } from "../kinds.ts";

/** @param word as it is typed. @throws Failure usage for another kind, and for no name */
export function namesOf(words: readonly string[], only: AnyKind, word: string): string[] {
  const [first] = words;
  const bare = first !== undefined && !first.includes("/") && !kindWords().includes(first.toLowerCase());
  if (first === undefined) throw usage("Say which one.", `mcpctl ${word} NAME`);
  const targets = parseTargets(bare ? [only.name, ...words] : words);
  const other = targets.find((t) => t.kind.name !== only.name);
  if (other) throw usage(`\`${word}\` is for ${only.plural}, not for ${other.kind.plural}.`, `mcpctl ${word} NAME`);
  const names = targets.flatMap((t) => t.names);
  if (names.length === 0) throw usage("Say which one.", `mcpctl ${word} NAME`);
  return names;
}
