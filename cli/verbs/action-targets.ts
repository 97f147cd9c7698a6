/** Parses the targets of an action: `approve tone`, `approve promptrequest tone`, `approve promptrequest/tone`. */
import { usage } from "../failure.ts";
import { type AnyKind, kindWords, parseTargets, type Target } from "../kinds.ts";

/**
 * @param can the kinds that have the action. If there is only one, names need no kind before them.
 * @param word the action as it is typed.
 * @throws Failure usage for another kind, or without a name
 */
export function targetsOf(words: readonly string[], can: readonly AnyKind[], word: string): Target[] {
  const [first] = words;
  const [only] = can;
  if (first === undefined || !only) throw usage("The name is missing.", `mcpctl ${word} NAME`);
  const isKind = (w: string) => kindWords().includes(w.toLowerCase());
  const slash = first.indexOf("/");
  // `librarian/terse` is a name within its parent, unless a kind is called librarian.
  const bare = can.length === 1 && !isKind(slash < 0 ? first : first.slice(0, slash));
  const targets = parseTargets(bare ? [only.name, ...words] : words);
  const other = targets.find((t) => !can.some((k) => k.name === t.kind.name));
  if (other)
    throw usage(
      `\`${word}\` is for ${can.map((k) => k.plural).join(", ")}, not for ${other.kind.plural}.`,
      `mcpctl ${word} NAME`,
    );
  if (targets.some((t) => t.names.length === 0)) throw usage("The name is missing.", `mcpctl ${word} NAME`);
  return targets;
}
