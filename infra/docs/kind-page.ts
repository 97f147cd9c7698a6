/** The page of one kind, generated from its description. Pure. */
import { stringify } from "yaml";
import { examples } from "#db/kinds/examples";
import { findKind, type KindName } from "#db/kinds/index";
import type { Kind } from "#db/schema/kind";
import { outlineOf, referencesBetween, rulesOf } from "#db/schema/outline";
import { fieldTable, linkTo, reportedTable } from "./fields.ts";
import { code, list, table } from "./markdown.ts";
import { type DocumentedRoute, permissionOf } from "./routes.ts";

export const generated =
  "<!-- Generated from db/schema/ by `npm run docs`. Change the kind's description, not this page. -->\n";

export function kindPage(kind: Kind & { name: KindName }, routes: readonly DocumentedRoute[]): string {
  const { spec, status } = outlineOf(kind);
  const rules = rulesOf(kind);
  const section = (heading: string, body: string) => (body === "" ? "" : `\n## ${heading}\n\n${body}`);
  return [
    generated,
    `# ${kind.name}\n\n${kind.about}\n\n${facts(kind)}`,
    section("Examples", exampleText(kind)),
    section(
      "Fields",
      `${kind.verbs.includes("create") ? fieldTable(spec) : reportedTable(spec)}\nIt also has the [common fields](README.md#common-fields) of all resources.\n`,
    ),
    section("Rules", rules.map((rule) => `- ${rule}\n`).join("")),
    section(
      "Status",
      status.fields.length > 0 ? `The system reports these fields.\n\n${reportedTable(status.fields)}` : "",
    ),
    section("References", referenceText(kind)),
    section("Columns", columnText(kind)),
    section("Routes", routeText(kind, routes)),
  ].join("");
}

function facts(kind: Kind): string {
  const names = [kind.name, kind.plural, ...kind.shortNames];
  const never = (["create", "edit", "delete"] as const).filter((v) => !kind.verbs.includes(v));
  const cant = never.length > 0 ? `; you can't ${list(never, "or")} one` : "";
  return [
    `- **Names** ${[...new Set(names)].map(code).join(", ")}`,
    `- **Verbs** ${kind.verbs.map(code).join(", ")}${cant}`,
    ...Object.entries(kind.actions).map(([name, { about }]) => `- **Action** ${code(`mcpctl ${name}`)}: ${about}`),
    `- **Identified by** ${keysFor(kind)}`,
    `- **Rights** ${rights(kind)}`,
    "",
  ].join("\n");
}

function keysFor(kind: Kind): string {
  const keys = [kind.scope ? `name within its ${kind.scope}` : "name", "id"];
  return list([...keys, ...(kind.alternateKey ? [code(kind.alternateKey)] : [])], "or");
}

function rights(kind: Kind): string {
  const bindings = `bindings on ${code(kind.permission)}`;
  if (kind.owned) {
    const reach = (role: string | undefined, otherwise: string) =>
      role ? code(`${role}:${kind.permission}`) : otherwise;
    return `your own: ${reach(kind.owned.own, "no right needed")}; those of others: ${reach(kind.owned.others, "nobody")}`;
  }
  if (!kind.governedByParent || !kind.scope) return bindings;
  return `governed by its ${kind.scope}: ${bindings}, a binding that names an ${kind.scope} also applies to its ${kind.plural}`;
}

function exampleText({ name }: Kind & { name: KindName }): string {
  const known = examples[name];
  if (!known) return "";
  const block = (document: object) => `\`\`\`yaml\n${stringify(document, { lineWidth: 0 })}\`\`\`\n`;
  return `Minimal:\n\n${block(known.least)}\nExtended:\n\n${block(known.fuller)}`;
}

function referenceText(kind: Kind): string {
  const all = referencesBetween();
  const own = all.filter((r) => r.from === kind.name);
  const naming = all.filter((r) => r.to === kind.name);
  const names =
    own.length === 0
      ? ""
      : `The targets of its references must exist.\n\n${table(
          ["Field", "Refers to", "When the target is deleted"],
          own.map((r) => [
            code(r.path),
            `${linkTo(r.to)}${r.within ? " (one of its own)" : ""}`,
            r.onDelete === "refuse" ? "the deletion is refused" : `the ${kind.name} is deleted with it`,
          ]),
        )}`;
  const named =
    naming.length === 0
      ? "No kind refers to it.\n"
      : `Kinds that refer to it:\n\n${table(
          ["Kind", "Field", `When the ${kind.name} is deleted`],
          naming.map((r) => [
            linkTo(r.from),
            code(r.path),
            r.onDelete === "refuse"
              ? "the deletion is refused; the error names the referrers"
              : `the ${r.from} is deleted with it`,
          ]),
        )}`;
  return [names, named].filter(Boolean).join("\n");
}

function columnText(kind: Kind): string {
  const columns = (of: Kind["columns"]) =>
    list(Object.entries(of).map(([heading, path]) => `${code(heading)} (${code(path)})`));
  const wide = Object.keys(kind.wide).length > 0 ? `; with \`-o wide\` also ${columns(kind.wide)}` : "";
  return `\`mcpctl get ${kind.plural}\` shows these columns between NAME and AGE: ${columns(kind.columns)}${wide}.\n`;
}

function routeText(kind: Kind, routes: readonly DocumentedRoute[]): string {
  const own = routes.filter((r) => r.doc.tag === kind.plural && findKind(r.doc.tag)?.name === kind.name);
  return table(
    ["Request", "Purpose", "Permission"],
    own.map((r) => [code(`${r.method} ${r.path}`), r.doc.summary, permissionOf(r)]),
  );
}
