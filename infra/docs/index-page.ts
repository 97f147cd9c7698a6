/** The list of kinds and their references. Pure. */
import { kinds } from "#db/kinds/index";
import { outlineOf, referencesBetween } from "#db/schema/outline";
import { fieldTable, linkTo } from "./fields.ts";
import { generated } from "./kind-page.ts";
import { code, table } from "./markdown.ts";

export function indexPage(): string {
  const [first] = kinds;
  return `${generated}# Kinds

Every resource in mcpctl has one of these kinds. \`mcpctl explain KIND\` shows the same texts on the command line.

${table(
  ["Kind", "Names", "Meaning"],
  kinds.map((k) => [linkTo(k.name), [...new Set([k.plural, ...k.shortNames])].map(code).join(", "), k.about]),
)}
In the tables of fields, \`[]\` in a path stands for every element of a list and \`*\` for every key of a map. The edge stores a *write-only* field and
never returns it. A *dormant* field is stored but has no effect in this version; a write that sets it gets a warning.

## References

An arrow goes from a kind to a kind that it refers to; its label is the field. A solid arrow prevents the deletion of its target. A dotted arrow means that the
referrer is deleted together with its target.

\`\`\`mermaid
flowchart LR
${graph()}\`\`\`

## Common fields

${first ? fieldTable(outlineOf(first).envelope) : ""}
A document begins with \`kind\`. The system reports these fields in addition to \`status\`, and ignores them in a write:

${table(
  ["Field", "Meaning"],
  [
    [code("id"), "You can use it instead of the name. It is never reused."],
    [code("resourceVersion"), "Changes with every write. It is also the `ETag`, for `If-Match`."],
    [
      code("applied"),
      "Paths of the fields that the last `mcpctl apply` set. Apply removes them when the file no longer has them.",
    ],
    [code("createdAt"), "ISO 8601, in UTC."],
    [code("updatedAt"), "ISO 8601, in UTC."],
  ],
)}`;
}

/** One arrow for each pair of kinds and each `onDelete`. */
function graph(): string {
  const arrows = Map.groupBy(referencesBetween(), (r) => `${r.from} ${r.onDelete} ${r.to}`);
  return [...arrows.values()]
    .map((all) => {
      const [first] = all;
      const fields = all.map((r) => r.path).join("<br>");
      const arrow = first?.onDelete === "refuse" ? "-->" : "-.->";
      return `  ${first?.from} ${arrow}|"${fields}"| ${first?.to}\n`;
    })
    .join("");
}
