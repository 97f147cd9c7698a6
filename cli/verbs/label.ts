import type { Api, Shown } from "../connection/api.ts";
import { overlay, same } from "../documents/overlay.ts";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, inProject, mustAllow, parseTargets, projectFor } from "../kinds.ts";
import { manifest } from "../render/manifest.ts";
import { many, type Tools, text, toggle, verb } from "../verb.ts";

/** Labels that others keep changing are given up after this many conflicts. */
const CONFLICTS = 5;

type Changes = Readonly<Record<string, string | null>>;

export default verb({
  about: "Set or remove labels.",
  examples: [
    "mcpctl label llm gpt team=red tier=prod",
    "mcpctl label llm gpt team-          # removes it",
    "mcpctl label llms --all reviewed=yes --overwrite",
  ],
  args: { words: many("A kind, names, then key=value or key-.", { from: "kinds", can: "edit" }) },
  flags: {
    overwrite: toggle("--overwrite", "Also change labels that are set."),
    selector: text("-l, --selector <selector>", "All with these labels."),
    all: toggle("--all", "All of the kind."),
  },
  async run({ words, overwrite, selector, all }, tools) {
    const changes = words.filter(isChange);
    const targets = parseTargets(words.filter((w) => !isChange(w)));
    const several = selector !== undefined || all;
    const unnamed = targets.some((t) => t.names.length === 0);
    if (changes.length === 0 || unnamed !== several || (all && selector !== undefined))
      throw usage("Say which resource and which labels.", "mcpctl label llm gpt team=red; or -l, or --all, for many.");
    const wanted = Object.fromEntries(changes.map(parseChange));
    const api = await tools.api();
    let count = 0;
    for (const { kind, names } of targets) {
      mustAllow(kind, "edit", "labelled: they never change");
      const project = await projectFor(kind, tools);
      const look = async function* () {
        for (const name of names) yield await api.get(kind, name, project);
        const query = { labelSelector: selector, fieldSelector: await inProject(kind, tools) };
        if (several) for await (const page of api.list(kind, query)) yield* page;
      };
      for await (const current of look()) {
        count++;
        const done = await label(kind, current, { wanted, overwrite }, api);
        await say(`${kind.name}/${printable(current.name)}`, done, tools);
      }
    }
    if (count === 0) tools.io.err("Nothing to label was found.\n");
  },
});

const say = (what: string, done: string, { io, globals }: Tools) =>
  io.out(globals.output === "name" ? `${what}\n` : `${what} ${done}\n`);

/** @throws Failure where a label is set already, or others keep changing them. */
async function label(
  kind: AnyKind,
  first: Shown,
  { wanted, overwrite }: { wanted: Changes; overwrite: boolean },
  api: Api,
): Promise<"labeled" | "unchanged"> {
  let current = first;
  for (let conflicts = 0; ; conflicts++) {
    const held = current.labels ?? {};
    const labels = overlay(held, wanted);
    if (same(labels, held)) return "unchanged";
    const taken = Object.entries(wanted).find(([k, v]) => v !== null && held[k] !== undefined && held[k] !== v);
    if (taken && !overwrite)
      throw new Failure(`${kind.name} "${current.name}" already has the label ${taken[0]}=${held[taken[0]]}.`, {
        hint: "--overwrite changes it.",
      });
    try {
      const body = { ...manifest(kind, current), labels };
      await api.replace(kind, current.id, body, { ifMatch: current.resourceVersion });
      return "labeled";
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "lost_update" || conflicts >= CONFLICTS) throw error;
      current = await api.get(kind, current.id);
    }
  }
}

const isChange = (word: string) => word.includes("=") || (word.endsWith("-") && word.length > 1);

function parseChange(word: string): [string, string | null] {
  if (!word.includes("=")) return [word.slice(0, -1), null];
  const at = word.indexOf("=");
  if (at === 0) throw usage(`"${word}" is not key=value.`);
  return [word.slice(0, at), word.slice(at + 1)];
}
