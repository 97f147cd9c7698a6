import {
  type Field,
  keysOf,
  outlineOf,
  type Referral,
  referencesBetween,
  rulesOf,
  withAllBelow,
} from "#db/resources/outline";
import { usage } from "../failure.ts";
import { type AnyKind, parseKind } from "../kinds.ts";
import { nearest } from "../nearest.ts";
import { one, toggle, verb } from "../verb.ts";

export default verb({
  about: "What a kind or one of its fields means.",
  examples: [
    "mcpctl explain llm",
    "mcpctl explain llm.timeouts",
    "mcpctl explain mcptoken.bindings.role",
    "mcpctl explain server --recursive",
  ],
  args: { what: one("KIND or KIND.field.field", { from: "kinds" }) },
  flags: { recursive: toggle("--recursive", "Fields within fields, too.") },
  async run({ what, recursive }, { io }) {
    const [word = "", ...path] = what.split(".");
    const kind = parseKind(word);
    const under = path[0] === "spec" ? path.slice(1) : path;
    await io.out(under.length === 0 ? aboutKind(kind, recursive) : aboutField(descend(kind, under), kind, recursive));
  },
});

function aboutKind(kind: AnyKind, recursive: boolean): string {
  const { envelope, spec, status } = outlineOf(kind);
  const naming = referencesBetween().filter((r) => r.to === kind.name);
  const list = (heading: string, fields: readonly Field[]) =>
    fields.length > 0 ? `\n${heading}\n${fieldList(fields, recursive)}` : "";
  const lines = (heading: string, sentences: readonly string[]) =>
    sentences.length > 0 ? `\n${heading}\n${sentences.map((s) => `  ${s}\n`).join("")}` : "";
  return [
    `KIND:     ${kind.name} (${[kind.plural, ...kind.shortNames].join(", ")})\n`,
    `ABOUT:    ${kind.about}\n`,
    `VERBS:    ${kind.verbs.join(", ")}\n`,
    list("FIELDS", [...envelope, ...spec]),
    list("STATUS (reported by the system, ignored when applied)", status.fields),
    lines("RULES", rulesOf(kind)),
    lines(
      "REFERRED TO BY",
      naming.map((r) => `${r.from}.${r.path}${r.fate === "goes with it" ? ", which goes with it" : ""}`),
    ),
  ].join("");
}

function aboutField(field: Field, kind: AnyKind, recursive: boolean): string {
  const details: [label: string, value: string][] = [
    ["FIELD", `${kind.name}.${field.path}`],
    ["TYPE", `${field.type}${field.required ? ", required" : ""}`],
    ...(field.about ? [["ABOUT", field.about] as [string, string]] : []),
    ...(field.preset === undefined ? [] : [["DEFAULT", JSON.stringify(field.preset)] as [string, string]]),
    ...field.bounds.map((bound): [string, string] => ["ALLOWED", bound]),
    ...field.refersTo.map((r): [string, string] => ["REFERS TO", targetOf(r)]),
    ...notesOf(field).map((note): [string, string] => ["NOTE", note]),
  ];
  const inner = field.fields.length > 0 ? `\nFIELDS\n${fieldList(field.fields, recursive)}` : "";
  return `${details.map(([label, value]) => `${`${label}:`.padEnd(11)}${value}\n`).join("")}${inner}`;
}

function notesOf(field: Field): string[] {
  return [
    ...(field.writeOnly ? ["accepted, and never shown again"] : []),
    ...(field.dormant ? [field.dormant] : []),
    ...Object.values(field.refused),
  ];
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
  if (!found) throw usage(`Say which field of ${kind.name}.`);
  return found;
}

function fieldList(fields: readonly Field[], recursive: boolean): string {
  const shown = recursive ? withAllBelow(fields) : fields;
  const nameOf = (field: Field) => (recursive ? field.path : field.name);
  const width = Math.max(...shown.map((field) => nameOf(field).length)) + 2;
  return shown
    .map((field) => {
      const { preset } = field;
      const simple = preset !== undefined && typeof preset !== "object" ? ` (default ${JSON.stringify(preset)})` : "";
      const notes = [
        ...(field.about ? [field.about] : []),
        ...field.refersTo.map((r) => `Refers to a ${targetOf(r)}.`),
        ...(field.dormant ? [`Dormant: ${field.dormant}.`] : []),
      ].join(" ");
      return `  ${nameOf(field).padEnd(width)}<${field.type}>${field.required ? " required" : ""}${simple}\n${notes ? `  ${" ".repeat(width)}${notes}\n` : ""}`;
    })
    .join("");
}
