import { kinds } from "#db/kinds/index";
import { type FoundReference, referencesIn } from "#db/schema/kind";
import type { Api, Shown } from "../connection/api.ts";
import { tellSections } from "../describe/sections.ts";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import type { Entry } from "../kinds/hook.ts";
import { type AnyKind, inProject, mustAllow, parseTargets, projectFor } from "../kinds.ts";
import { relative } from "../render/age.ts";
import { at, cell } from "../render/cell.ts";
import { paint, styleOfWord } from "../render/colour.ts";
import { labelText } from "../render/columns.ts";
import { many, type Tools, text, verb } from "../verb.ts";

export default verb({
  about: "Show everything about a resource.",
  examples: ["mcpctl describe llm gpt", "mcpctl describe llms -l team=red"],
  args: { what: many("A kind and names, or kind/name.", { from: "kinds" }) },
  flags: { selector: text("-l, --selector <selector>", "All resources with these labels.") },
  async run({ what, selector }, tools) {
    if (tools.globals.output !== undefined)
      throw usage("describe has no output format.", `mcpctl get ${what.join(" ")} -o ${tools.globals.output}`);
    const targets = parseTargets(what);
    if (selector !== undefined && targets.some((t) => t.names.length > 0))
      throw usage("Names can't be combined with selectors.", "Leave out the names, or -l.");
    const api = await tools.api();
    let count = 0;
    let missing: Failure | undefined;
    for (const { kind, names } of targets) {
      mustAllow(kind, "get", "read");
      const project = await projectFor(kind, tools);
      const look = async function* () {
        for (const name of names)
          try {
            yield await api.get(kind, name, project);
          } catch (error) {
            if (!(error instanceof Failure && error.code === "not_found")) throw error;
            missing ??= error;
          }
        const query = { labelSelector: selector, fieldSelector: await inProject(kind, tools) };
        if (names.length === 0) for await (const page of api.list(kind, query)) yield* page;
      };
      for await (const resource of look()) {
        const text = await describe(kind, resource, tools);
        await tools.io.out(count++ === 0 ? text : `\n${text}`);
      }
    }
    if (missing) throw missing;
    if (count === 0) tools.io.err("There is nothing to describe.\n");
  },
});

async function describe(kind: AnyKind, resource: Shown, tools: Tools): Promise<string> {
  const api = await tools.api();
  const spec = Object.fromEntries(Object.keys(kind.spec.shape).map((field) => [field, resource[field]]));
  const [references, told] = await Promise.all([
    resolveAll(referencesIn(kind, spec), api),
    tellSections(kind, resource, api, tools),
  ]);
  const when = (iso: unknown) => {
    const t = Date.parse(String(iso));
    return Number.isNaN(t) ? "-" : `${String(iso)} (${relative(t, tools.now())})`;
  };
  const entries: Entry[] = [
    ["Name", resource.name],
    ["Kind", kind.name],
    ["Labels", labelText(resource.labels)],
    ["Created", when(resource.createdAt)],
    ["Updated", when(resource.updatedAt)],
    ["Id", resource.id],
    ["Version", String(resource.resourceVersion)],
    ["Spec", fields(spec, tools)],
    ["Status", fields(resource.status ?? {}, tools)],
    ["Refers to", references],
    ...told,
  ];
  return write(entries, 0, tools.io.colour.out);
}

function fields(value: Readonly<Record<string, unknown>>, tools: Tools): Entry[] {
  return Object.entries(value).flatMap(([key, v]): Entry[] => {
    if (v === undefined || v === null || (typeof v === "object" && Object.keys(v).length === 0)) return [];
    if (Array.isArray(v) && v.some((e) => typeof e === "object"))
      return [[key, v.map((e): Entry => ["-", one(e, tools)])]];
    if (typeof v === "object" && !Array.isArray(v)) return [[key, fields(v as Record<string, unknown>, tools)]];
    return [[key, one(v, tools)]];
  });
}

function one(value: unknown, { now }: Tools): string {
  if (Array.isArray(value)) return value.map(String).join(", ");
  // As on the command line: `run:llms:gpt`, `User:ada`.
  if (typeof value === "object" && value !== null) return cell(value, now());
  const text = String(value);
  const t = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(t) ? text : `${text} (${relative(t, now())})`;
}

/** A group may have thousands of members; nobody reads the state of each. */
const MOST_RESOLVED = 50;

async function resolveAll(references: readonly FoundReference[], api: Api): Promise<Entry[]> {
  const shown = await Promise.all(references.slice(0, MOST_RESOLVED).map((r) => resolved(r, api)));
  const more = references.length - shown.length;
  return more > 0 ? [...shown, ["note", `and ${more} more`]] : shown;
}

/** Is it there, and in which state? Not being allowed to look is an answer, too. */
async function resolved(reference: FoundReference, api: Api): Promise<Entry> {
  const kind = kinds.find((k) => k.name === reference.kind);
  const label = `${reference.path} → ${reference.kind}/${reference.name}`;
  if (!kind) return [label, "-"];
  try {
    return [label, stateOf(await api.get(kind, reference.name))];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.exit === 3) return [label, "not found"];
    if (error.exit === 4) return [label, "you may not view it"];
    throw error;
  }
}

const stateOf = (resource: Shown) => String(at(resource, "status.state") ?? "ok");

function write(entries: readonly Entry[], depth: number, colour: boolean): string {
  const shown = entries.filter(([, value]) => value.length > 0);
  const width = Math.max(0, ...shown.filter(([, v]) => typeof v === "string").map(([label]) => label.length)) + 2;
  const indent = "  ".repeat(depth);
  return shown
    .map(([label, value]) => {
      if (typeof value !== "string") return `${indent}${label}:\n${write(value, depth + 1, colour)}`;
      if (label === "-") return `${indent}- ${printable(value)}\n`;
      const lines = printable(value.trimEnd())
        .split("\n")
        .join(`\n${indent}${" ".repeat(width)}`);
      return `${indent}${`${printable(label)}:`.padEnd(width)}${paint(lines, styleOfWord(value), colour)}\n`;
    })
    .join("");
}
