import { kinds } from "#db/resources/index";
import { type FoundReference, referencesIn } from "#db/resources/kind";
import { latestAbout } from "../commands/events.ts";
import { reach } from "../commands/reach.ts";
import type { Api, Shown } from "../connection/api.ts";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type AnyKind, parseTargets } from "../kinds.ts";
import { relative } from "../render/age.ts";
import { at, cell } from "../render/cell.ts";
import { paint, styleOfWord } from "../render/colour.ts";
import { labelText } from "../render/columns.ts";
import { many, type Tools, verb } from "../verb.ts";

export default verb({
  about: "Everything about one resource, for people.",
  examples: ["mcpctl describe llm gpt"],
  args: { what: many("A kind and names, or kind/name.", { from: "kinds" }) },
  flags: {},
  async run({ what }, tools) {
    if (tools.globals.output !== undefined)
      throw usage(
        "describe is for people and has no output format.",
        `mcpctl get ${what.join(" ")} -o ${tools.globals.output}`,
      );
    const targets = parseTargets(what);
    if (targets.some((t) => t.names.length === 0)) throw usage("Say which one.", "mcpctl describe llm gpt");
    let first = true;
    for (const { kind, names } of targets)
      for (const name of names) {
        const text = await describe(kind, name, tools);
        await tools.io.out(first ? text : `\n${text}`);
        first = false;
      }
  },
});

/** More are told by `mcpctl events`. */
const shownEvents = 5;

type Entry = readonly [label: string, value: string | readonly Entry[]];

async function describe(kind: AnyKind, name: string, tools: Tools): Promise<string> {
  const api = await tools.api();
  const project = kind.scope ? await tools.project() : undefined;
  const resource = await api.get(kind, name, project);
  const spec = Object.fromEntries(Object.keys(kind.spec.shape).map((field) => [field, resource[field]]));
  const [references, reached, events] = await Promise.all([
    Promise.all(referencesIn(kind, spec).map((r) => resolved(r, api))),
    reach(kind, resource.id, project, api),
    latestAbout(api, `${kind.name}/${resource.name}`, shownEvents),
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
    ["Reached by", reached],
    ["Latest events", (events ?? []).map((event) => happened(event, tools))],
  ];
  return write(entries, 0, tools.io.colour.out);
}

/** When, then what and by whom: `changed by ada`. */
function happened(event: Shown, { now }: Tools): Entry {
  const { action, type, principal } = event;
  return [relative(Date.parse(String(event.createdAt)), now()), `${action ?? type} by ${principal ?? "nobody known"}`];
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
    if (error.exit === 4) return [label, "not yours to see"];
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
      const lines = printable(value)
        .split("\n")
        .join(`\n${indent}${" ".repeat(width)}`);
      return `${indent}${`${printable(label)}:`.padEnd(width)}${paint(lines, styleOfWord(value), colour)}\n`;
    })
    .join("");
}
