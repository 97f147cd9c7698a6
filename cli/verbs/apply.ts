import { shownOnce } from "../commands/shown-once.ts";
import { carryOut } from "../documents/carry-out.ts";
import { loadManifests } from "../documents/files.ts";
import { planApply } from "../documents/plan.ts";
import { explainFailure } from "../failure.ts";
import { printable } from "../io.ts";
import { paint } from "../render/colour.ts";
import { list, toggle, verb } from "../verb.ts";

const styles = { created: "green", configured: "yellow", unchanged: "dim" } as const;

export default verb({
  about: "Make resources be as files describe them.",
  examples: [
    "mcpctl apply -f llms.yaml",
    "mcpctl apply -f manifests/ --dry-run",
    "mcpctl get llms -o yaml | mcpctl apply -f -",
  ],
  args: {},
  flags: {
    filename: list("-f, --filename <file>", "File, directory, URL, or - for stdin.", { words: { from: "files" } }),
    dryRun: toggle("--dry-run", "Let the edge check everything, and change nothing."),
  },
  async run({ filename, dryRun }, tools) {
    const { io, globals } = tools;
    const manifests = await loadManifests(filename, tools);
    if (manifests.length === 0) return io.err("There is nothing to apply.\n");
    const api = await tools.api();
    const project = await tools.project();
    const steps = await planApply(manifests, api, project);
    const failed = await carryOut(
      steps,
      api,
      { dryRun, project },
      {
        async done({ manifest: { kind, name } }, outcome, answer) {
          const word = paint(outcome, styles[outcome], io.colour.out);
          await io.out(
            globals.output === "name"
              ? `${kind.name}/${name}\n`
              : `${kind.name}/${name} ${word}${dryRun ? " (dry run)" : ""}\n`,
          );
          // `apply` answers with what it did; a credential must not be lost in that.
          const secret = answer && !dryRun ? shownOnce(answer) : undefined;
          if (secret) io.err(`${kind.name}/${name} is shown once, now: ${secret}\n`);
        },
        failed({ manifest: { kind, name, where } }, error) {
          const [first = "", ...rest] = explainFailure(error, globals.verbose);
          const lines = [
            `${where}: ${kind.name}/${name}: ${first.replace(/^Error: /, "")}`,
            ...rest.map((l) => `  ${l}`),
          ];
          io.err(`${lines.map(printable).join("\n")}\n`);
        },
      },
      tools,
    );
    if (failed === 0) return;
    io.err(`${failed} of ${steps.length} failed.\n`);
    return 1;
  },
});
