import { writeOnlyFields } from "#db/schema/kind";
import type { Shown } from "../connection/api.ts";
import { carryOut, type Outcome } from "../documents/carry-out.ts";
import { loadManifests, recursiveFlag } from "../documents/files.ts";
import { nameIn } from "../documents/look-up.ts";
import { planApply, type Step } from "../documents/plan.ts";
import { prune, superfluous } from "../documents/prune.ts";
import { parsePruning, pruneFlags } from "../documents/pruning.ts";
import { matching, mustMatch } from "../documents/selecting.ts";
import { dryly, dryRunFlag, parseDryRun } from "../dry-run.ts";
import { explainFailure, type Failure } from "../failure.ts";
import { printable } from "../io.ts";
import { addressOf } from "../render/address.ts";
import { paint, type Style } from "../render/colour.ts";
import { type Found, parseFormat, show } from "../render/output.ts";
import { oneTimeToken } from "../render/shown-once.ts";
import { list, toggle, verb } from "../verb.ts";

const styles = { created: "green", configured: "yellow", unchanged: "dim", pruned: "red" } satisfies Record<
  Outcome | "pruned",
  Style
>;

/** What it is to be, without what is never shown. */
const visible = ({ manifest: { kind }, next }: Step): Record<string, unknown> => {
  const hidden = writeOnlyFields(kind);
  return Object.fromEntries(Object.entries(next).filter(([field]) => !hidden.includes(field)));
};

export default verb({
  about: "Create and change resources to match files.",
  examples: [
    "mcpctl apply -f llms.yaml",
    "mcpctl apply -f manifests/ --dry-run",
    "mcpctl apply -f manifests/ -l team=red",
    "mcpctl apply -f manifests/ --prune -l team=red",
    "mcpctl get llms -o yaml | mcpctl apply -f -",
  ],
  args: {},
  flags: {
    filename: list("-f, --filename <file>", "File, directory, URL, or - for stdin.", { words: { from: "files" } }),
    recursive: recursiveFlag,
    dryRun: dryRunFlag("Change nothing; the edge checks everything. With `client`, mcpctl only reads from the edge."),
    ...pruneFlags,
    showStatus: toggle("--show-status", "With -o: also show what the system reports."),
  },
  async run(given, tools) {
    const { io, globals } = tools;
    const dryRun = parseDryRun(given.dryRun, "server");
    const format = globals.output === undefined ? undefined : parseFormat(globals.output);
    const described = await loadManifests(given.filename, tools);
    const pruning = await parsePruning(given, described, tools);
    const manifests = matching(described, given.selector);
    if (!pruning) mustMatch(manifests, described, given.selector);
    if (manifests.length === 0 && !pruning) return io.err("There is nothing to apply.\n");
    const api = await tools.api();
    const project = await tools.project();
    const steps = await planApply(manifests, api, project);
    const shown: Found[] = [];
    const documents = format !== undefined && format.is !== "name" && format.is !== "table";
    const say = async (what: string, outcome: Outcome | "pruned") => {
      if (format?.is === "name") return io.out(`${what}\n`);
      const line = `${what} ${paint(outcome, styles[outcome], io.colour.out)}${dryly(dryRun)}\n`;
      // Where documents are asked for, they are the answer.
      return documents ? io.err(line) : io.out(line);
    };
    const complain = (where: string, what: string, error: Failure) => {
      const [first = "", ...rest] = explainFailure(error, globals.verbose);
      const lines = [`${where}${what}: ${first.replace(/^Error: /, "")}`, ...rest.map((l) => `  ${l}`)];
      io.err(`${lines.map(printable).join("\n")}\n`);
    };
    const word = ({ manifest: m }: Step) => `${m.kind.name}/${nameIn(m, project)}`;
    const report = {
      async done(step: Step, outcome: Outcome, answer: Shown | undefined) {
        await say(word(step), outcome);
        if (documents) shown.push({ kind: step.manifest.kind, resources: [answer ?? step.current ?? visible(step)] });
        // `apply` answers with what it did; a credential must not be lost in that.
        const secret = answer && !dryRun ? oneTimeToken(answer) : undefined;
        if (secret) io.err(`The token of ${word(step)}, which is shown once: ${secret}\n`);
      },
      failed: (step: Step, error: Failure) => complain(`${step.manifest.where}: `, word(step), error),
    };
    const failed = await carryOut(steps, api, { dryRun, project }, report, tools);
    if (documents)
      await show(
        shown,
        { format, single: shown.length === 1, status: given.showStatus, headings: true, labels: false },
        tools,
      );
    if (failed > 0) {
      const kept = pruning ? " Nothing was pruned." : "";
      io.err(`${failed} of ${manifests.length} failed.${kept}\n`);
      return 1;
    }
    if (!pruning) return;
    const found = await superfluous(steps, described, pruning, api);
    const named = (s: (typeof found)[number]) => printable(addressOf(s.kind, s.resource));
    if (dryRun) {
      for (const s of found) await say(named(s), "pruned");
      return;
    }
    const left = await prune(
      found,
      api,
      { gone: (s) => say(named(s), "pruned"), failed: (s, error) => complain("", named(s), error) },
      tools,
    );
    if (left === 0) return;
    io.err(`${left} of ${found.length} could not be pruned.\n`);
    return 1;
  },
});
