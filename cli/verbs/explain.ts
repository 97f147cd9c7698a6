import { z } from "zod";
import { metaOf } from "#db/resources/field";
import { kinds } from "#db/resources/index";
import { isRequired, optionSchemas, referencesOf } from "#db/resources/kind";
import { usage } from "../failure.ts";
import { type AnyKind, parseKind } from "../kinds.ts";
import { nearest } from "../nearest.ts";
import { folded } from "../render/fold.ts";
import { constraintsOf, refusedOf } from "../schema/constraints.ts";
import { aboutOf, defaultOf, shapeOf, typeName } from "../schema/shape.ts";
import { one, toggle, verb } from "../verb.ts";

/** What every resource has beside its spec. */
const common = {
  name: z.string().describe("What it is called: lower-case letters, digits and '-'."),
  labels: z.record(z.string(), z.string()).optional().describe("For finding it again with -l."),
};

type Fields = Readonly<Record<string, z.core.$ZodType>>;

export default verb({
  about: "What a kind or one of its fields means.",
  examples: [
    "mcpctl explain llm",
    "mcpctl explain llm.timeouts",
    "mcpctl explain mcptoken.bindings.role",
    "mcpctl explain rbac --recursive",
  ],
  args: { what: one("KIND or KIND.field.field", { from: "fields" }) },
  flags: { recursive: toggle("--recursive", "All fields, also those within fields.") },
  async run({ what, recursive }, { io: { out, columns } }) {
    const io = { out: (text: string) => out(folded(text, columns)) };
    const [word = "", ...path] = what.split(".");
    const kind = parseKind(word);
    const under = path[0] === "spec" ? path.slice(1) : path;
    if (under.length === 0) {
      const status = Object.keys(kind.status.shape).length > 0;
      const names = [...new Set([kind.plural, ...kind.shortNames])].join(", ");
      const retired = Object.entries(kind.retired ?? {}).map(([field, why]) => `  ${field}: ${why}\n`);
      const list = recursive ? outline : fieldList;
      await io.out(
        [
          `KIND:     ${kind.name} (${names})\nABOUT:    ${kind.about}\nVERBS:    ${kind.verbs.join(", ")}\n`,
          ...(kind.scope ? [`WITHIN:   ${kind.scope}: names are unique in each\n`] : []),
          ...referredBy(kind),
          `\nFIELDS\n${list({ ...common, ...kind.spec.shape })}`,
          ...(status ? [`\nSTATUS (reported by the system, ignored when applied)\n${list(kind.status.shape)}`] : []),
          ...(retired.length > 0 ? [`\nNO LONGER FIELDS (dropped with a warning)\n${retired.join("")}`] : []),
        ].join(""),
      );
      return;
    }
    const [first, ...rest] = under;
    const schema =
      first === "status"
        ? descend({ status: kind.status }, ["status", ...rest], kind.name)
        : descend({ ...common, ...kind.spec.shape }, under, kind.name);
    const details = [
      `FIELD:     ${kind.name}.${under.join(".")}`,
      `TYPE:      ${typeName(schema)}${isRequired(schema) ? ", required" : ""}`,
      ...(aboutOf(schema) ? [`ABOUT:     ${aboutOf(schema)}`] : []),
      ...factsOf(schema).map(([label, value]) => `${`${label}:`.padEnd(11)}${value}`),
    ];
    const inner = fieldsOf(schema);
    await io.out(`${details.join("\n")}\n${inner ? `\nFIELDS\n${(recursive ? outline : fieldList)(inner)}` : ""}`);
  },
});

function factsOf(schema: z.core.$ZodType): [string, string][] {
  const facts: [string, string][] = [];
  const preset = defaultOf(schema);
  if (preset !== undefined) facts.push(["DEFAULT", JSON.stringify(preset)]);
  const shape = shapeOf(schema);
  const allowed = shape.is === "list" ? shapeOf(shape.of) : shape;
  if (allowed.is === "choice") facts.push(["ALLOWED", allowed.words.join(", ")]);
  const must = constraintsOf(schema);
  if (must.length > 0) facts.push(["MUST BE", must.join(", ")]);
  if (shape.is === "list") {
    const each = constraintsOf(shape.of);
    if (each.length > 0) facts.push(["EACH", each.join(", ")]);
  }
  for (const [value, why] of refusedOf(schema)) facts.push(["NOT", `${value}: ${why}`]);
  const inner = shape.is === "list" ? shape.of : schema;
  const refs = optionSchemas(inner).flatMap((o) => metaOf(o).ref ?? []);
  const targets = kinds.filter((k) => refs.includes(k.name) || metaOf(inner).ref === k.name);
  if (targets.length > 0)
    facts.push([
      "REFERS TO",
      targets.map((k) => `${k.name}, by name${k.alternateKey ? ` or ${k.alternateKey}` : ""}`).join("; "),
    ]);
  if (metaOf(inner).writeOnly) facts.push(["NOTE", "accepted, and never shown again"]);
  return facts;
}

/** Which fields of which kinds name resources of this one. */
function referredBy(kind: AnyKind): string[] {
  const found = kinds.flatMap((k) =>
    referencesOf(k)
      .filter((r) => r.kind === kind.name)
      .map((r) => `${k.name}.${r.path.filter((p) => p !== "[]" && p !== "*").join(".")}`),
  );
  return found.length > 0 ? [`NAMED IN: ${[...new Set(found)].join(", ")}\n`] : [];
}

/** Names and types alone, as deep as they go. */
function outline(fields: Fields, depth = 1): string {
  return Object.entries(fields)
    .map(([name, schema]) => {
      const inner = fieldsOf(schema);
      const preset = defaultOf(schema);
      const simple = preset !== undefined && typeof preset !== "object" ? ` (default ${JSON.stringify(preset)})` : "";
      const line = `${"  ".repeat(depth)}${name} <${typeName(schema)}>${isRequired(schema) ? " required" : ""}${simple}\n`;
      return line + (inner ? outline(inner, depth + 1) : "");
    })
    .join("");
}

/** Fields of an object, of the elements of a list, or of all options of a union. */
function fieldsOf(schema: z.core.$ZodType): Fields | undefined {
  const shape = shapeOf(schema);
  if (shape.is === "object") return Object.keys(shape.fields).length > 0 ? shape.fields : undefined;
  if (shape.is === "list" || shape.is === "map") return fieldsOf(shape.of);
  if (shape.is !== "either") return undefined;
  const all = shape.of.flatMap((s) => Object.entries(fieldsOf(s) ?? {}));
  return Object.fromEntries(
    [...Map.groupBy(all, ([name]) => name)].map(([name, found]) => [name, eitherOf(found.map(([, schema]) => schema))]),
  );
}

/** One field as the options of a union have it, each in its own way. */
function eitherOf(schemas: readonly z.core.$ZodType[]): z.core.$ZodType {
  const [first, ...more] = schemas;
  return first && more.length === 0 ? first : z.union(schemas);
}

function descend(from: Fields, path: readonly string[], kind: string): z.core.$ZodType {
  let fields: Fields | undefined = from;
  let schema: z.core.$ZodType | undefined;
  const seen: string[] = [kind];
  for (const word of path) {
    schema = fields?.[word.replace(/\[\d*\]$/, "")];
    if (!schema) {
      const near = nearest(word, Object.keys(fields ?? {}));
      throw usage(
        `${seen.join(".")} has no field "${word}".`,
        near
          ? `Did you mean "${near}"?`
          : fields
            ? `It has: ${Object.keys(fields).join(", ")}.`
            : "It has no fields of its own.",
      );
    }
    seen.push(word);
    fields = fieldsOf(schema);
  }
  if (!schema) throw usage(`Say which field of ${kind}.`);
  return schema;
}

function fieldList(fields: Fields): string {
  const entries = Object.entries(fields);
  const width = Math.max(...entries.map(([name]) => name.length)) + 2;
  return entries
    .map(([name, schema]) => {
      const preset = defaultOf(schema);
      const simple = preset !== undefined && typeof preset !== "object" ? ` (default ${JSON.stringify(preset)})` : "";
      const about = aboutOf(schema);
      const refers = factsOf(schema).find(([label]) => label === "REFERS TO")?.[1];
      const notes = [about, refers && `Refers to a ${refers}.`].filter(Boolean).join(" ");
      return `  ${name.padEnd(width)}<${typeName(schema)}>${isRequired(schema) ? " required" : ""}${simple}\n${notes ? `  ${" ".repeat(width)}${notes}\n` : ""}`;
    })
    .join("");
}
