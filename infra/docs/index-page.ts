/** The list of kinds, and who refers to whom. Pure. */
import { kinds } from "#db/kinds/index";
import { outlineOf, referencesBetween } from "#db/schema/outline";
import { fieldTable, linkTo } from "./fields.ts";
import { generated } from "./kind-page.ts";
import { code, table } from "./markdown.ts";

export function indexPage(): string {
  const [first] = kinds;
  return `${generated}# Kinds

Everything in mcpctl is a resource of one of these kinds. \`mcpctl explain KIND\` says the same at the command line.

${table(
  ["Kind", "Also called", "What it is"],
  kinds.map((k) => [linkTo(k.name), [...new Set([k.plural, ...k.shortNames])].map(code).join(", "), k.about]),
)}
In their tables of fields, \`[]\` in a path stands for every element of a list and \`*\` for every key of a map. What is *write-only* is
accepted and never shown again. What is *dormant* is kept, and nothing acts upon it in this version; whoever sets it is told.

## Who refers to whom

An arrow goes from a kind to one that it names, with the field. What a solid arrow points at can't be deleted as long as something
names it; what a dotted one starts from goes with what it points at.

\`\`\`mermaid
flowchart LR
${graph()}\`\`\`

## What every resource has

${first ? fieldTable(outlineOf(first).envelope) : ""}
A document begins with \`kind\`. What the system reports beside \`status\` is ignored where it is written:

${table(
  ["Field", "Meaning"],
  [
    [code("id"), "Serves wherever the name does, and is never used again."],
    [code("resourceVersion"), "Changes with every write; also the `ETag`, for `If-Match`."],
    [
      code("applied"),
      "Paths of the fields that `mcpctl apply` set last: those it takes away once a file has them no more.",
    ],
    [code("createdAt"), "ISO 8601, in UTC."],
    [code("updatedAt"), "ISO 8601, in UTC."],
  ],
)}`;
}

/** One arrow for each pair of kinds and each fate. */
function graph(): string {
  const arrows = Map.groupBy(referencesBetween(), (r) => `${r.from} ${r.fate} ${r.to}`);
  return [...arrows.values()]
    .map((all) => {
      const [first] = all;
      const fields = all.map((r) => r.path).join("<br>");
      const arrow = first?.fate === "keeps it" ? "-->" : "-.->";
      return `  ${first?.from} ${arrow}|"${fields}"| ${first?.to}\n`;
    })
    .join("");
}
