import { writeOnlyFields } from "#db/schema/kind";
import type { Api } from "../connection/api.ts";
import { canonical } from "../documents/check.ts";
import { loadManifests, recursiveFlag } from "../documents/files.ts";
import { nameIn } from "../documents/look-up.ts";
import { same } from "../documents/overlay.ts";
import { planApply, type Step } from "../documents/plan.ts";
import { superfluous } from "../documents/prune.ts";
import { parsePruning, pruneFlags } from "../documents/pruning.ts";
import { matching, mustMatch } from "../documents/selecting.ts";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { addressOf } from "../render/address.ts";
import { paint } from "../render/colour.ts";
import { unified } from "../render/difference.ts";
import { manifest, toYaml } from "../render/manifest.ts";
import { list, type Tools, verb } from "../verb.ts";

export default verb({
  about: "Show what apply would change.",
  examples: [
    "mcpctl diff -f llms.yaml    # exits with 1 if something differs, with 2 or more after an error",
    "mcpctl diff -f manifests/ --prune -l team=red",
  ],
  args: {},
  flags: {
    filename: list("-f, --filename <file>", "File, directory, URL, or - for stdin.", { words: { from: "files" } }),
    recursive: recursiveFlag,
    ...pruneFlags,
  },
  async run(given, tools) {
    if (tools.globals.output !== undefined)
      throw usage(
        "diff has no output format.",
        "mcpctl apply --dry-run -o yaml -f FILE prints the resulting documents.",
      );
    try {
      return (await differs(given, tools)) ? 1 : 0;
    } catch (error) {
      // 1 says that something differs, so no failure may end with it.
      if (error instanceof Failure && error.exit === 1) throw new Failure(error.message, { ...error.details, exit: 2 });
      throw error;
    }
  },
});

type Given = { filename: string[] } & Parameters<typeof parsePruning>[0];

async function differs(given: Given, tools: Tools): Promise<boolean> {
  const api = await tools.api();
  const described = await loadManifests(given.filename, tools);
  const pruning = await parsePruning(given, described, tools);
  const manifests = matching(described, given.selector);
  if (!pruning) mustMatch(manifests, described, given.selector);
  const project = await tools.project();
  const steps = await planApply(manifests, api, project);
  let found = false;
  const tell = async (label: string, was: string, is: string) => {
    const lines = unified(label, was, is);
    if (lines.length === 0) return;
    found = true;
    await tools.io.out(`${lines.map((l) => styled(l, tools.io.colour.out)).join("\n")}\n`);
  };
  for (const step of steps) {
    // What is completed later is shown whole, once.
    if (step.does === "nothing" || step.does === "own" || step.part === "complete") continue;
    if (await rewritesTheSame(step, api)) continue;
    await tell(`${step.manifest.kind.name}/${nameIn(step.manifest, project)}`, await before(step), await after(step));
  }
  for (const { kind, resource } of pruning ? await superfluous(steps, described, pruning, api) : [])
    await tell(addressOf(kind, resource), await toYaml([manifest(kind, resource)]), "");
  return found;
}

const styled = (line: string, colour: boolean) =>
  paint(
    printable(line),
    line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : line.startsWith("@@") ? "cyan" : undefined,
    colour,
  );

/**
 * Where only values that are never shown are written, the edge alone can tell whether they are other than what it has: it
 * rehearses the write.
 */
async function rewritesTheSame({ does, manifest: m, current, body, next }: Step, api: Api): Promise<boolean> {
  const hidden = writeOnlyFields(m.kind);
  const visible = Object.fromEntries(Object.entries(next).filter(([field]) => !hidden.includes(field)));
  if (does !== "replace" || !current || !same(canonical(m.kind, visible), canonical(m.kind, manifest(m.kind, current))))
    return false;
  const { outcome, answer } = await api.apply(m.kind, current.id, body, { dryRun: true });
  return outcome ? outcome === "unchanged" : answer.resourceVersion === current.resourceVersion;
}

const full = (step: Step, body: Readonly<Record<string, unknown>>) =>
  manifest(step.manifest.kind, { ...(canonical(step.manifest.kind, body) ?? body) });

async function before(step: Step): Promise<string> {
  return step.current && step.does !== "renew" ? toYaml([full(step, manifest(step.manifest.kind, step.current))]) : "";
}

/** What is never shown is not shown here either: only that it is written. */
async function after(step: Step): Promise<string> {
  const shown = full(step, step.next);
  for (const field of writeOnlyFields(step.manifest.kind)) {
    const value = shown[field];
    if (value === undefined) continue;
    shown[field] =
      typeof value === "object" && value !== null
        ? Object.fromEntries(Object.keys(value).map((k) => [k, "(written, not shown)"]))
        : "(written, not shown)";
  }
  return toYaml([shown]);
}
