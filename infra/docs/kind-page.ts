/** The page of one kind: all that its description says. Pure. */
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
      `${kind.verbs.includes("create") ? fieldTable(spec) : reportedTable(spec)}\nBeside these it has [what every resource has](README.md#what-every-resource-has).\n`,
    ),
    section("Rules", rules.map((rule) => `- ${rule}\n`).join("")),
    section("Status", status.fields.length > 0 ? `Reported by the system.\n\n${reportedTable(status.fields)}` : ""),
    section("References", referenceText(kind)),
    section("Columns", columnText(kind)),
    section("Routes", routeText(kind, routes)),
  ].join("");
}

function facts(kind: Kind): string {
  const names = [kind.name, kind.plural, ...kind.shortNames];
  const never = (["create", "edit", "delete"] as const).filter((v) => !kind.verbs.includes(v));
  const cant = never.length > 0 ? `; nobody can ${list(never, "or")} one` : "";
  return [
    `- **Called** ${[...new Set(names)].map(code).join(", ")}`,
    `- **Verbs** ${kind.verbs.map(code).join(", ")}${cant}`,
    ...Object.entries(kind.actions).map(([name, { about }]) => `- **Action** ${code(`mcpctl ${name}`)}: ${about}`),
    `- **Found by** ${found(kind)}`,
    `- **Rights** ${rights(kind)}`,
    "",
  ].join("\n");
}

function found(kind: Kind): string {
  const keys = [kind.scope ? `name within its ${kind.scope}` : "name", "id"];
  return list([...keys, ...(kind.alternateKey ? [code(kind.alternateKey)] : [])], "or");
}

function rights(kind: Kind): string {
  const bindings = `bindings on ${code(kind.permission)}`;
  if (kind.owned) {
    const reach = (role: string | undefined, otherwise: string) =>
      role ? code(`${role}:${kind.permission}`) : otherwise;
    return `${reach(kind.owned.own, "none")} for one's own, ${reach(kind.owned.others, "nobody")} for those of others`;
  }
  if (!kind.governedByParent || !kind.scope) return bindings;
  return `governed by its ${kind.scope}: ${bindings}, and a binding that names an ${kind.scope} reaches what is within it`;
}

function exampleText({ name }: Kind & { name: KindName }): string {
  const known = examples[name];
  if (!known) return "";
  const block = (document: object) => `\`\`\`yaml\n${stringify(document, { lineWidth: 0 })}\`\`\`\n`;
  return `The least:\n\n${block(known.least)}\nFuller:\n\n${block(known.fuller)}`;
}

function referenceText(kind: Kind): string {
  const all = referencesBetween();
  const own = all.filter((r) => r.from === kind.name);
  const naming = all.filter((r) => r.to === kind.name);
  const names =
    own.length === 0
      ? ""
      : `What it names must exist.\n\n${table(
          ["Field", "Names", "When that is deleted"],
          own.map((r) => [
            code(r.path),
            `${linkTo(r.to)}${r.within ? " (one of its own)" : ""}`,
            r.fate === "keeps it" ? "refused, as long as this names it" : "this goes with it",
          ]),
        )}`;
  const named =
    naming.length === 0
      ? "Nothing refers to it.\n"
      : `Named by\n\n${table(
          ["Kind", "Field", "When this is deleted"],
          naming.map((r) => [
            linkTo(r.from),
            code(r.path),
            r.fate === "keeps it" ? "refused, and who names it is told" : `the ${r.from} goes with it`,
          ]),
        )}`;
  return [names, named].filter(Boolean).join("\n");
}

function columnText(kind: Kind): string {
  const columns = (of: Kind["columns"]) =>
    list(Object.entries(of).map(([heading, path]) => `${code(heading)} (${code(path)})`));
  const wide = Object.keys(kind.wide).length > 0 ? `; with \`-o wide\` also ${columns(kind.wide)}` : "";
  return `\`mcpctl get ${kind.plural}\` shows, between NAME and AGE, ${columns(kind.columns)}${wide}.\n`;
}

function routeText(kind: Kind, routes: readonly DocumentedRoute[]): string {
  const own = routes.filter((r) => r.doc.tag === kind.plural && findKind(r.doc.tag)?.name === kind.name);
  return table(
    ["Request", "What", "Permission"],
    own.map((r) => [code(`${r.method} ${r.path}`), r.doc.summary, permissionOf(r)]),
  );
}
