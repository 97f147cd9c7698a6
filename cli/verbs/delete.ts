import { referencesOf } from "#db/schema/kind";
import type { Api } from "../connection/api.ts";
import { loadManifests, recursiveFlag } from "../documents/files.ts";
import { nameIn } from "../documents/look-up.ts";
import { dependencies, untopological } from "../documents/order.ts";
import { matching } from "../documents/selecting.ts";
import { dryly, dryRunFlag, parseDryRun } from "../dry-run.ts";
import { explainFailure, Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, inProject, mustAllow, parseTargets, projectFor } from "../kinds.ts";
import { nameOf } from "../render/address.ts";
import { manifest } from "../render/manifest.ts";
import { mustLimit } from "../selector.ts";
import { list, many, type Tools, text, toggle, verb } from "../verb.ts";

interface Doomed {
  kind: AnyKind;
  name: string;
  /** Where it has been looked up already. */
  id?: string;
  project?: string | undefined;
}

export default verb({
  about: "Delete resources.",
  examples: [
    "mcpctl delete llm gpt",
    "mcpctl delete llm/gpt secret/openai",
    "mcpctl delete llms -l team=red",
    "mcpctl delete groups --all -i",
    "mcpctl delete -f llms.yaml",
    "mcpctl delete -f manifests/ -l team=red",
  ],
  forms: ["name"],
  args: { what: many("A kind and names, or kind/name.", { from: "kinds", can: "delete" }) },
  flags: {
    filename: list("-f, --filename <file>", "Delete the resources that these files describe.", {
      words: { from: "files" },
    }),
    recursive: recursiveFlag,
    selector: text("-l, --selector <selector>", "All resources with these labels. With -f: only these of the files."),
    all: toggle("--all", "All resources of the kind."),
    interactive: toggle("-i, --interactive", "Ask before deleting."),
    dryRun: dryRunFlag("Delete nothing. With `server`, the edge checks the deletion."),
    ignoreNotFound: toggle("--ignore-not-found", "Don't fail if a resource does not exist."),
  },
  async run(given, tools) {
    const { io, globals } = tools;
    const api = await tools.api();
    const dryRun = parseDryRun(given.dryRun, "client");
    mustLimit(given.selector);
    const doomed =
      given.filename.length > 0 ? await fromFiles(given, tools) : await fromWords(given.what, given, api, tools);
    if (given.interactive && doomed.length > 0 && !(await agreed(doomed, tools)))
      return io.err("Nothing was deleted.\n");
    const gone = new Set<string>();
    const one = async ({ kind, name, id, project }: Doomed) => {
      if (dryRun === "client") await api.get(kind, id ?? name, project);
      else
        await api.remove(kind, id ?? name, project, { dryRun: dryRun === "server" }).catch((error: unknown) => {
          // In a circle the parent may go first, and takes it along.
          if (!gone.has(parentOf(kind, name) ?? "")) throw error;
        });
      gone.add(`${kind.name}/${name}`);
      await io.out(
        globals.output === "name"
          ? `${kind.name}/${printable(name)}\n`
          : `${kind.name} "${printable(name)}" deleted${dryly(dryRun)}\n`,
      );
    };
    let worst: Failure | undefined;
    for (let waiting = doomed; waiting.length > 0; ) {
      const kept: { it: Doomed; error: Failure }[] = [];
      for (const it of waiting) {
        try {
          await one(it);
        } catch (error) {
          if (!(error instanceof Failure) || error.exit === 5 || tools.signal.aborted) throw error;
          if (error.code !== "not_found" || !given.ignoreNotFound) kept.push({ it, error });
        }
      }
      // In a circle there is no order in which nothing is refused: what kept one may have gone after it.
      const again =
        kept.some(({ error }) => error.code === "still_referred") && kept.length < waiting.length && !dryRun;
      waiting = again ? kept.map(({ it }) => it) : [];
      for (const { error } of again ? [] : kept) {
        if (worst) io.err(`${explainFailure(worst, globals.verbose).map(printable).join("\n")}\n`);
        worst = error;
      }
    }
    if (worst) throw worst;
    if (doomed.length === 0) io.err("There is nothing to delete.\n");
  },
});

/** Address of what it is within: with that, it is gone. */
function parentOf(kind: AnyKind, name: string): string | undefined {
  const parent = referencesOf(kind).find((r) => r.path[0] === kind.scope);
  const slash = name.indexOf("/");
  return parent && slash > 0 ? `${parent.kind}/${name.slice(0, slash)}` : undefined;
}

/** What is referred to goes last: it can't go before. */
async function fromFiles({ filename, what, selector, all }: Given, tools: Tools): Promise<Doomed[]> {
  if (what.length > 0 || all)
    throw usage("Names and --all can't be used with -f.", "Leave them out, or use -f with -l.");
  const manifests = matching(await loadManifests(filename, tools), selector);
  const project = await tools.project();
  const order = untopological(dependencies(manifests));
  return order.flatMap((i) => {
    const m = manifests[i];
    return m ? [{ kind: m.kind, name: nameIn(m, project) }] : [];
  });
}

interface Given {
  what: string[];
  filename: string[];
  selector: string | undefined;
  all: boolean;
}

async function fromWords(
  words: readonly string[],
  { selector, all }: Given,
  api: Api,
  tools: Tools,
): Promise<Doomed[]> {
  const named: Doomed[] = [];
  const listed: (Doomed & { body: Record<string, unknown> })[] = [];
  for (const { kind, names } of parseTargets(words)) {
    // Of everything, one deletes what one may.
    if (words[0] !== "all") mustAllow(kind, "delete", "deleted");
    else if (!kind.verbs.includes("delete")) continue;
    const several = selector !== undefined || all;
    if (names.length > 0 === several || (all && selector !== undefined))
      throw usage(`The names of the ${kind.plural} are missing.`, "Give names, labels with -l, or --all.");
    const project = await projectFor(kind, tools);
    named.push(...names.map((name) => ({ kind, name, project })));
    if (several)
      for await (const page of api.list(kind, { labelSelector: selector, fieldSelector: await inProject(kind, tools) }))
        listed.push(...page.map((r) => ({ kind, name: nameOf(kind, r), id: r.id, body: manifest(kind, r) })));
  }
  const order = untopological(dependencies(listed));
  return [...named, ...order.flatMap((i) => listed[i] ?? [])];
}

async function agreed(doomed: readonly Doomed[], { io }: Tools): Promise<boolean> {
  io.err(`${doomed.map(({ kind, name }) => `  ${kind.name}/${printable(name)}\n`).join("")}`);
  const answer = await io.ask(`Delete ${doomed.length === 1 ? "it" : `these ${doomed.length}`}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
