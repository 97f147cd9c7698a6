import { hasTable } from "#db/kinds/index";
import { isSystemOwned } from "#db/kinds/system";
import type { Shown } from "../connection/api.ts";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, inProject, mustAllow, parseTargets, projectFor, type Target } from "../kinds.ts";
import { nameOf } from "../render/address.ts";
import { at } from "../render/cell.ts";
import { type Found, isTabular, parseFormat, show } from "../render/output.ts";
import { sortBy } from "../render/sort.ts";
import { type WatchedKind, watch } from "../render/watch.ts";
import { list, many, type Tools, text, toggle, verb } from "../verb.ts";

export default verb({
  about: "List or show resources.",
  examples: [
    "mcpctl get llms",
    "mcpctl get llm gpt -o yaml > gpt.yaml",
    "mcpctl get llms,secrets -l team=red -o wide",
    "mcpctl get llms -o jsonpath='{range .items[*]}{.name}{\"\\n\"}{end}'",
  ],
  args: { what: many("A kind and names; kind/name; or several kinds, separated by commas.", { from: "kinds" }) },
  flags: {
    watch: toggle("-w, --watch", "Show changes until Ctrl-C."),
    watchOnly: toggle("--watch-only", "Show only changes, without the existing resources."),
    watchEvents: toggle(
      "--output-watch-events",
      "With -w: also show the type of each change: ADDED, MODIFIED or DELETED.",
    ),
    selector: text("-l, --selector <selector>", "Only resources with these labels: team=red,tier!=test"),
    fieldSelector: text("--field-selector <selector>", "Only resources with these fields: type=openai"),
    sortBy: text("--sort-by <path>", "Sort by a field: .status.state"),
    showStatus: toggle("--show-status", "Also show what the system reports: ids, times, status."),
    showLabels: toggle("--show-labels", "Show the labels in a column."),
    labelColumns: list("-L, --label-columns <key>", "Show this label in a column. Repeatable, or separated by commas."),
    noHeaders: toggle("--no-headers", "Don't print the headings."),
    allProjects: toggle("-A, --all-projects", "Show all projects; overrides the context and -p."),
    ignoreNotFound: toggle("--ignore-not-found", "Don't fail if a resource does not exist."),
  },
  async run(given, tools) {
    const format = parseFormat(tools.globals.output);
    const targets = parseTargets(given.what);
    for (const { kind } of targets) mustAllow(kind, "get", "read");
    const named = targets.some((t) => t.names.length > 0);
    if (named && (given.selector !== undefined || given.fieldSelector !== undefined))
      throw usage("Names can't be combined with selectors.", "Leave out the names, or -l and --field-selector.");
    const single = named && targets.length === 1 && targets[0]?.names.length === 1;
    const options = {
      format,
      single,
      status: given.showStatus,
      labels: given.showLabels,
      labelColumns: given.labelColumns.flatMap((l) => l.split(",")),
    };
    // What happened is told by what it was; its name is for asking for one.
    const nameless = format.is === "table" && targets.every((t) => t.kind.timeline && t.names.length === 0);
    const tabular = isTabular(format);
    const everything = given.what[0] === "all";
    // A whole catalogue as documents is for applying again, perhaps elsewhere: what only the system makes is no part of it.
    const writable = everything && (format.is === "yaml" || format.is === "json") && !given.showStatus;
    const hidden = new Set<string>();
    let left = 0;
    let failed: Failure | undefined;
    const look = async () => {
      const found: Found[] = [];
      for (const target of targets) {
        const answer = await fetchTarget(target, given, tools).catch((error: unknown) => {
          // Of everything, one sees what one may.
          if (!everything || !(error instanceof Failure && error.exit === 4) || error.code === "not_authenticated")
            throw error;
          return undefined;
        });
        if (!answer) {
          hidden.add(target.kind.plural);
          continue;
        }
        const { missing } = answer;
        const resources = writable ? answer.resources.filter((r) => isWritten(target.kind, r)) : answer.resources;
        left += answer.resources.length - resources.length;
        found.push({ kind: target.kind, resources: given.sortBy ? sortBy(resources, given.sortBy) : resources });
        if (!given.ignoreNotFound) failed ??= missing;
      }
      return found;
    };
    if (given.watch || given.watchOnly) {
      const { format: _, single: __, ...looks } = options;
      const sort = (rows: readonly Shown[]) => (given.sortBy ? sortBy(rows, given.sortBy) : [...rows].sort(byName));
      const watchable = everything ? targets.filter((t) => hasTable(t.kind)) : targets;
      const watched = watchable.map((target) => watchOf(target, given, tools));
      const rest = { format, sort, headings: !given.noHeaders, only: given.watchOnly, events: given.watchEvents };
      return watch(await Promise.all(watched), { ...looks, ...rest, skipHidden: everything }, tools);
    }
    const found = await look();
    const count = found.reduce((n, f) => n + f.resources.length, 0);
    if (count > 0 || (!named && !tabular))
      await show(found, { ...options, headings: !given.noHeaders, nameless }, tools);
    if (left > 0)
      tools.io.err(
        `Left out: ${left} that mcpctl creates itself, or that are revoked or expired. --show-status shows them too.\n`,
      );
    if (hidden.size > 0) tools.io.err(`You may not view: ${[...hidden].join(", ")}.\n`);
    if (failed) throw failed;
    const seen = targets.map((t) => t.kind.plural).filter((plural) => !hidden.has(plural));
    if (count > 0 || named || seen.length === 0) return;
    const limits = given.allProjects ? [] : await Promise.all(targets.map((t) => inProject(t.kind, tools)));
    const project = limits.some((limit) => limit !== undefined) ? await tools.project() : undefined;
    tools.io.err(
      `No ${seen.join(", ")} found${project ? ` in project ${printable(project)}; -A shows all projects` : ""}.\n`,
    );
  },
});

/** Whether it is people's or agents' to write, and still of use: what is spent would be made anew. */
const isWritten = (kind: AnyKind, resource: Shown): boolean =>
  kind.verbs.includes("create") &&
  !kind.spent?.includes(String(at(resource, "status.state"))) &&
  !isSystemOwned({ ...resource, kind: kind.name });

/** Names are looked up once: what is not there can't be watched for, and an id or an address says its name. */
async function watchOf(
  target: Target,
  given: {
    selector: string | undefined;
    fieldSelector: string | undefined;
    allProjects: boolean;
    ignoreNotFound: boolean;
  },
  tools: Tools,
): Promise<WatchedKind> {
  const { kind, names } = target;
  if (!hasTable(kind)) throw usage(`${kind.plural} can't be watched.`, "List them again, or leave out -w.");
  const limited = given.allProjects ? undefined : await inProject(kind, tools);
  let meant: Shown[] | undefined;
  if (names.length > 0) {
    const { resources, missing } = await fetchTarget(target, given, tools);
    if (missing && !given.ignoreNotFound) throw missing;
    meant = resources;
  }
  const fields = [given.fieldSelector, limited, meant?.length === 1 ? `name=${meant[0]?.name}` : undefined].filter(
    Boolean,
  );
  const query = {
    labelSelector: given.selector,
    fieldSelector: fields.length > 0 ? fields.join(",") : undefined,
  };
  return { kind, query, ...(meant ? { names: new Set(meant.map((r) => nameOf(kind, r))) } : {}) };
}

/** As the edge lists them: what is new stands where it would at the next look. */
const byName = (a: Shown, b: Shown) => (a.name < b.name ? -1 : Number(a.name > b.name));

/** Of the same name in several parents, the order is that of the parents: the same wherever they are. */
const byNameAndParent = (scope: string) => {
  const key = (r: Shown) => `${r.name} ${String(r[scope])}`;
  return (a: Shown, b: Shown) => (key(a) < key(b) ? -1 : 1);
};

/** What is there, and the first name that isn't; any other failure ends it. */
async function fetchTarget(
  { kind, names }: Target,
  given: { selector: string | undefined; fieldSelector: string | undefined; allProjects: boolean },
  tools: Tools,
): Promise<{ resources: Shown[]; missing?: Failure }> {
  const api = await tools.api();
  const project = given.allProjects ? undefined : await projectFor(kind, tools);
  const resources: Shown[] = [];
  if (names.length === 0) {
    const limited = given.allProjects ? undefined : await inProject(kind, tools);
    const fields = [given.fieldSelector, limited].filter(Boolean);
    const query = { labelSelector: given.selector, fieldSelector: fields.length > 0 ? fields.join(",") : undefined };
    for await (const page of api.list(kind, query)) {
      resources.push(...page);
      // The newest: nobody means all that has ever happened.
      if (kind.timeline) break;
    }
    return { resources: kind.scope ? resources.sort(byNameAndParent(kind.scope)) : resources };
  }
  let missing: Failure | undefined;
  for (const name of names) {
    try {
      resources.push(await api.get(kind, name, project));
    } catch (error) {
      if (!(error instanceof Failure && error.code === "not_found")) throw error;
      missing ??= error;
    }
  }
  return { resources, ...(missing ? { missing } : {}) };
}
