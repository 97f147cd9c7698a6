import type { Api } from "../connection/api.ts";
import { loadManifests } from "../documents/files.ts";
import { dependencies, topological } from "../documents/order.ts";
import { scopeOf } from "../documents/plan.ts";
import { explainFailure, Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, mustAllow, parseTargets } from "../kinds.ts";
import { list, many, type Tools, text, toggle, verb } from "../verb.ts";

interface Doomed {
  kind: AnyKind;
  name: string;
  project?: string | undefined;
}

export default verb({
  about: "Delete resources.",
  examples: [
    "mcpctl delete llm gpt",
    "mcpctl delete llm/gpt secret/openai",
    "mcpctl delete llms -l team=red",
    "mcpctl delete -f llms.yaml",
  ],
  args: { what: many("A kind and names, or kind/name.", { from: "kinds" }) },
  flags: {
    filename: list("-f, --filename <file>", "What these files describe.", { words: { from: "files" } }),
    selector: text("-l, --selector <selector>", "All with these labels."),
    ignoreNotFound: toggle("--ignore-not-found", "What isn't there is fine."),
  },
  async run(given, tools) {
    const { io, globals } = tools;
    const api = await tools.api();
    const doomed =
      given.filename.length > 0
        ? await fromFiles(given.filename, tools)
        : await fromWords(given.what, given.selector, api, tools);
    let worst: Failure | undefined;
    for (const { kind, name, project } of doomed) {
      try {
        await api.remove(kind, name, project);
        await io.out(
          globals.output === "name" ? `${kind.name}/${name}\n` : `${kind.name} "${printable(name)}" deleted\n`,
        );
      } catch (error) {
        if (!(error instanceof Failure) || error.exit === 5) throw error;
        if (error.code === "not_found" && given.ignoreNotFound) continue;
        if (worst) io.err(`${explainFailure(worst, globals.verbose).map(printable).join("\n")}\n`);
        worst = error;
      }
    }
    if (worst) throw worst;
    if (doomed.length === 0) io.err("Nothing to delete was found.\n");
  },
});

/** What is referred to goes last: it can't go before. */
async function fromFiles(names: readonly string[], tools: Tools): Promise<Doomed[]> {
  const manifests = await loadManifests(names, tools);
  const project = await tools.project();
  const order = topological(dependencies(manifests)).reverse();
  return order.flatMap((i) => {
    const m = manifests[i];
    return m ? [{ kind: m.kind, name: m.name, project: scopeOf(m, project) }] : [];
  });
}

async function fromWords(
  words: readonly string[],
  selector: string | undefined,
  api: Api,
  tools: Tools,
): Promise<Doomed[]> {
  const found: Doomed[] = [];
  for (const { kind, names } of parseTargets(words)) {
    mustAllow(kind, "delete", "deleted");
    const project = kind.scope ? await tools.project() : undefined;
    if (names.length > 0) found.push(...names.map((name) => ({ kind, name, project })));
    else if (selector === undefined) throw usage(`Say which ${kind.plural}.`, "Give names, or labels with -l.");
    else
      for await (const page of api.list(kind, { labelSelector: selector }))
        found.push(...page.map((r) => ({ kind, name: r.id, project: undefined })));
  }
  return found;
}
