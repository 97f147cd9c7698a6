/** The flags of `--prune` and `-l`, for apply and for diff. */
import { usage } from "../failure.ts";
import { type AnyKind, parseKinds } from "../kinds.ts";
import { mustLimit } from "../selector.ts";
import { list, type Tools, text, toggle } from "../verb.ts";
import type { Pruning } from "./prune.ts";
import type { Manifest } from "./read.ts";

export const pruneFlags = {
  prune: toggle(
    "--prune",
    "Delete resources that apply created and that are no longer in the files. Needs -l or --all.",
  ),
  selector: text(
    "-l, --selector <selector>",
    "Only documents with these labels. With --prune: delete only resources with these labels.",
  ),
  all: toggle("--all", "With --prune: ignore labels."),
  pruneAllowlist: list(
    "--prune-allowlist <kind>",
    "With --prune: prune this kind instead of the kinds in the files. Repeatable.",
    {
      words: { from: "kinds" },
    },
  ),
};

interface Given {
  prune: boolean;
  selector: string | undefined;
  all: boolean;
  pruneAllowlist: string[];
}

/** @returns undefined where nothing is to be pruned. @throws Failure usage for flags that would delete more than was thought of. */
export async function parsePruning(
  given: Given,
  manifests: readonly Manifest[],
  tools: Pick<Tools, "project">,
): Promise<Pruning | undefined> {
  const { prune, selector, all, pruneAllowlist } = given;
  if (!prune) {
    if (all || pruneAllowlist.length > 0)
      throw usage("--all and --prune-allowlist need --prune.", "Add --prune, or leave them out.");
    return undefined;
  }
  mustLimit(selector);
  if ((selector === undefined) === !all)
    throw usage(
      all ? "--all and -l exclude each other." : "--prune needs -l or --all.",
      "-l LABELS limits it to resources with these labels; --all does not limit it.",
    );
  const kinds: readonly AnyKind[] =
    pruneAllowlist.length > 0 ? pruneAllowlist.flatMap(parseKinds) : manifests.map((m) => m.kind);
  return {
    kinds: [...new Set(kinds)].filter((k) => k.verbs.includes("delete")),
    selector,
    project: await tools.project(),
  };
}
