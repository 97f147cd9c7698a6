import type { Api, Shown } from "../connection/api.ts";
import { same } from "../documents/overlay.ts";
import { type DryRun, dryly, dryRunFlag, parseDryRun } from "../dry-run.ts";
import { explainFailure, Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, inProject, mustAllow, parseTargets, projectFor } from "../kinds.ts";
import { addressOf } from "../render/address.ts";
import { manifest } from "../render/manifest.ts";
import { type Found, parseFormat, show } from "../render/output.ts";
import { mustLimit } from "../selector.ts";
import { many, text, toggle, verb } from "../verb.ts";

/** Labels that others keep changing are given up after this many conflicts. */
const CONFLICTS = 5;

type Changes = Readonly<Record<string, string | null>>;

export default verb({
  about: "Set or remove labels.",
  examples: [
    "mcpctl label llm gpt team=red tier=prod",
    "mcpctl label llm gpt team-          # removes it",
    "mcpctl label llms --all reviewed=yes --overwrite",
    "mcpctl label llm gpt --list",
  ],
  args: { words: many("A kind and names, then key=value or key-.", { from: "kinds", can: "edit" }) },
  flags: {
    overwrite: toggle("--overwrite", "Also change existing labels."),
    list: toggle("--list", "Show the labels."),
    selector: text("-l, --selector <selector>", "All resources with these labels."),
    all: toggle("--all", "All resources of the kind."),
    dryRun: dryRunFlag("Change nothing. With `server`, the edge checks the change."),
  },
  async run({ words, overwrite, list, selector, all, dryRun: dry }, tools) {
    const { io, globals } = tools;
    const format = globals.output === undefined ? undefined : parseFormat(globals.output);
    const dryRun = parseDryRun(dry, "client");
    mustLimit(selector);
    const changes = words.filter(isChange);
    const everything = words[0] === "all";
    const targets = parseTargets(words.filter((w) => !isChange(w)));
    const several = selector !== undefined || all;
    const unnamed = targets.some((t) => t.names.length === 0);
    if ((changes.length === 0) !== list || unnamed !== several || (all && selector !== undefined))
      throw usage(
        "The resource or the label is missing.",
        "mcpctl label llm gpt team=red; or -l, or --all, for several.",
      );
    const wanted = parseChanges(changes);
    const api = await tools.api();
    const shown: Found[] = [];
    let count = 0;
    let worst: Failure | undefined;
    // One that can't be labelled keeps none of the others from it.
    const failed = (error: unknown) => {
      if (!(error instanceof Failure) || error.exit === 5 || tools.signal.aborted) throw error;
      if (worst) io.err(`${explainFailure(worst, globals.verbose).map(printable).join("\n")}\n`);
      worst = error;
    };
    const one = async (kind: AnyKind, current: Shown) => {
      count++;
      const what = printable(addressOf(kind, current));
      if (list) return io.out(`${what}\n${linesOf(current.labels ?? {})}`);
      const { does, now } = await label(kind, current, { wanted, overwrite, dryRun }, api);
      if (format?.is === "name") return io.out(`${what}\n`);
      if (!format || format.is === "table") return io.out(`${what} ${does}${dryly(dryRun)}\n`);
      io.err(`${what} ${does}${dryly(dryRun)}\n`);
      shown.push({ kind, resources: [now] });
    };
    for (const { kind, names } of targets) {
      if (everything && !kind.verbs.includes("edit")) continue;
      if (!list) mustAllow(kind, "edit", "labelled: they never change");
      const project = await projectFor(kind, tools);
      for (const name of names)
        await api
          .get(kind, name, project)
          .then((r) => one(kind, r))
          .catch(failed);
      const query = { labelSelector: selector, fieldSelector: await inProject(kind, tools) };
      if (several)
        for await (const page of api.list(kind, query)) for (const r of page) await one(kind, r).catch(failed);
    }
    const options = { status: false, headings: true, labels: true };
    if (format && shown.length > 0) await show(shown, { format, single: shown.length === 1, ...options }, tools);
    if (worst) throw worst;
    if (count === 0) io.err("There is nothing to label.\n");
  },
});

const linesOf = (labels: object) =>
  Object.entries(labels)
    .map(([k, v]) => `  ${printable(`${k}=${v}`)}\n`)
    .join("");

const labelled = (held: Readonly<Record<string, string>>, wanted: Changes): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...held, ...wanted }).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );

/** @throws Failure where a label is set already, or others keep changing them. */
async function label(
  kind: AnyKind,
  first: Shown,
  { wanted, overwrite, dryRun }: { wanted: Changes; overwrite: boolean; dryRun: DryRun },
  api: Api,
): Promise<{ does: "labeled" | "unchanged"; now: Shown }> {
  let current = first;
  for (let conflicts = 0; ; conflicts++) {
    const held = current.labels ?? {};
    const labels = labelled(held, wanted);
    if (same(labels, held)) return { does: "unchanged", now: current };
    const taken = Object.entries(wanted).find(([k, v]) => v !== null && held[k] !== undefined && held[k] !== v);
    if (taken && !overwrite)
      throw new Failure(`${kind.name} "${current.name}" already has the label ${taken[0]}=${held[taken[0]]}.`, {
        hint: "--overwrite changes it.",
      });
    try {
      const body = { ...manifest(kind, current), labels };
      if (dryRun === "client") return { does: "labeled", now: { ...current, labels } };
      const options = { ifMatch: current.resourceVersion, dryRun: dryRun === "server" };
      return { does: "labeled", now: await api.replace(kind, current.id, body, options) };
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "lost_update" || conflicts >= CONFLICTS) throw error;
      current = await api.get(kind, current.id);
    }
  }
}

const isChange = (word: string) => word.includes("=") || (word.endsWith("-") && word.length > 1);

/** @throws Failure usage for one that is to be set and to be gone */
function parseChanges(words: readonly string[]): Changes {
  const changes = new Map<string, string | null>();
  for (const [key, value] of words.map(parseChange)) {
    const before = changes.get(key);
    if (before !== undefined && before !== value)
      throw usage(`The label ${key} can't be both ${told(before)} and ${told(value)}.`, "Leave out one of the two.");
    changes.set(key, value);
  }
  return Object.fromEntries(changes);
}

const told = (value: string | null) => (value === null ? "removed" : `"${value}"`);

function parseChange(word: string): [string, string | null] {
  if (!word.includes("=")) return [word.slice(0, -1), null];
  const at = word.indexOf("=");
  if (at === 0) throw usage(`"${word}" is not key=value.`);
  return [word.slice(0, at), word.slice(at + 1)];
}
