import { near as nearest } from "#db/schema/near";
import {
  type Field,
  keysOf,
  type OnDelete,
  outlineOf,
  type Referral,
  referencesBetween,
  rulesOf,
} from "#db/schema/outline";
import { usage } from "../failure.ts";
import { type AnyKind, parseKind } from "../kinds.ts";
import { foldText } from "../render/fold.ts";
import { one, toggle, verb } from "../verb.ts";

export default verb({
  about: "Explain a kind or one of its fields.",
  examples: [
    "mcpctl explain llm",
    "mcpctl explain llm.timeouts",
    "mcpctl explain mcptoken.bindings.role",
    "mcpctl explain server --recursive",
  ],
  args: { what: one("KIND or KIND.field.field", { from: "fields" }) },
  flags: { recursive: toggle("--recursive", "Show all fields with their nested fields.") },
  async run({ what, recursive }, { io, globals }) {
    if (globals.output !== undefined)
      throw usage("explain has no output format.", "The edge has the same as OpenAPI: /api/v1/openapi.json");
    const [word = "", ...path] = what.split(".");
    const kind = parseKind(word);
    const under = path[0] === "spec" ? path.slice(1) : path;
    const text = under.length === 0 ? aboutKind(kind, recursive) : aboutField(descend(kind, under), kind, recursive);
    await io.out(foldText(text, io.columns));
  },
});

function aboutKind(kind: AnyKind, recursive: boolean): string {
  const { envelope, spec, status } = outlineOf(kind);
  const list = recursive ? outlined : fieldList;
  const named = referencesBetween().filter((r) => r.to === kind.name);
  const cascade = (onDelete: OnDelete) => (onDelete === "cascade" ? " (cascade)" : "");
  const retired = Object.entries(kind.retired ?? {}).map(([field, why]) => `  ${field}: ${why}\n`);
  const names = [...new Set([kind.plural, ...kind.shortNames])].join(", ");
  return [
    `KIND:     ${kind.name} (${names})\nABOUT:    ${kind.about}\nVERBS:    ${kind.verbs.join(", ")}\n`,
    ...(kind.scope ? [`WITHIN:   ${kind.scope}\n`] : []),
    ...rulesOf(kind).map((rule) => `RULE:     ${rule}\n`),
    ...(named.length > 0
      ? [`NAMED IN: ${named.map((r) => `${r.from}.${r.path}${cascade(r.onDelete)}`).join(", ")}\n`]
      : []),
    ...Object.entries(kind.actions).map(([name, { about }]) => `ACTION:   ${name}. ${about}\n`),
    `\nFIELDS\n${list([...envelope, ...spec])}`,
    ...(status.fields.length > 0
      ? [`\nSTATUS (reported by the system, ignored when applied)\n${list(status.fields)}`]
      : []),
    ...(retired.length > 0 ? [`\nFIELDS OF EARLIER VERSIONS (ignored with a warning)\n${retired.join("")}`] : []),
  ].join("");
}

function aboutField(field: Field, kind: AnyKind, recursive: boolean): string {
  const [each, own] = [
    field.bounds.filter((b) => b.startsWith("each: ")),
    field.bounds.filter((b) => !b.startsWith("each: ")),
  ];
  const details: [label: string, value: string | undefined][] = [
    ["FIELD", `${kind.name}.${field.path}`],
    ["TYPE", `${field.type}${field.required ? ", required" : ""}`],
    ["ABOUT", field.about],
    ["ONLY WITH", field.only],
    ["DEFAULT", JSON.stringify(field.preset)],
    ["ALLOWED", field.words.join(", ")],
    ["MUST BE", own.join(", ")],
    ["EACH", each.map((bound) => bound.slice("each: ".length)).join(", ")],
    ...Object.entries(field.refused).map(([value, why]): [string, string] => ["NOT", `${value}: ${why}`]),
    ...field.refersTo.map((r): [string, string] => ["REFERS TO", targetOf(r)]),
    ["NOTE", field.writeOnly ? "write-only: the edge never returns it" : undefined],
    ["NOTE", field.dormant],
  ];
  const lines = details.filter(([, value]) => value).map(([label, value]) => `${`${label}:`.padEnd(11)}${value}\n`);
  const inner = field.fields.length > 0 ? `\nFIELDS\n${(recursive ? outlined : fieldList)(field.fields)}` : "";
  return `${lines.join("")}${inner}`;
}

function targetOf(r: Referral): string {
  return `${r.kind}, by ${keysOf(r)}${r.within ? ", one of its own" : ""}${r.where ? ` (${r.where})` : ""}`;
}

function descend(kind: AnyKind, path: readonly string[]): Field {
  const { envelope, spec, status } = outlineOf(kind);
  let fields: readonly Field[] = [...envelope, ...spec, status];
  let found: Field | undefined;
  const seen: string[] = [kind.name];
  for (const word of path) {
    found = fields.find((f) => f.name === word.replace(/\[\d*\]$/, ""));
    if (!found) {
      const near = nearest(
        word,
        fields.map((f) => f.name),
      );
      throw usage(
        `${seen.join(".")} has no field "${word}".`,
        near
          ? `Did you mean "${near}"?`
          : fields.length > 0
            ? `It has: ${fields.map((f) => f.name).join(", ")}.`
            : "It has no fields of its own.",
      );
    }
    seen.push(word);
    fields = found.fields;
  }
  if (!found) throw usage(`The field of ${kind.name} is missing.`);
  return found;
}

const typeOf = (field: Field): string => {
  const { preset } = field;
  const simple = preset !== undefined && typeof preset !== "object" ? ` (default ${JSON.stringify(preset)})` : "";
  return `<${field.type}>${field.required ? " required" : ""}${simple}`;
};

/** "an agent", and before what is read letter by letter: "an llm". */
const article = (word: string) => (/^(?:[aeio]|ll|mc|rb)/.test(word) ? "an" : "a");

/** Names and types alone, as deep as they go. */
function outlined(fields: readonly Field[], depth = 1): string {
  return fields
    .map((field) => `${"  ".repeat(depth)}${field.name} ${typeOf(field)}\n${outlined(field.fields, depth + 1)}`)
    .join("");
}

function fieldList(fields: readonly Field[]): string {
  const width = Math.max(...fields.map(({ name }) => name.length)) + 2;
  return fields
    .map((field) => {
      const notes = [
        ...(field.about ? [field.about] : []),
        ...(field.only ? [`Only with ${field.only}.`] : []),
        ...field.refersTo.map((r) => `Refers to ${article(targetOf(r))} ${targetOf(r)}.`),
        ...(field.dormant ? [`Dormant: ${field.dormant}.`] : []),
      ].join(" ");
      return `  ${field.name.padEnd(width)}${typeOf(field)}\n${notes ? `  ${" ".repeat(width)}${notes}\n` : ""}`;
    })
    .join("");
}
