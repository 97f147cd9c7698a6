/** Fields of a kind as a table. */
import { type Field, keysOf, type Referral, withAllBelow } from "#db/schema/outline";
import { code, plain, table } from "./markdown.ts";

export const fieldTable = (fields: readonly Field[]): string =>
  table(
    ["Field", "Type", "Default", "Meaning"],
    withAllBelow(fields).map((field) => [pathCell(field), typeCell(field), defaultCell(field), meaning(field)]),
  );

/** For fields that the system reports: they have no default. */
export const reportedTable = (fields: readonly Field[]): string =>
  table(
    ["Field", "Type", "Meaning"],
    withAllBelow(fields).map((field) => [pathCell(field), typeCell(field), meaning(field)]),
  );

/** Nested fields are indented. */
function pathCell({ path }: Field): string {
  const depth = path.split(".").filter((step) => step !== "*").length - 1;
  return `${"&nbsp;".repeat(4 * (path.startsWith("status.") ? depth - 1 : depth))}${code(path)}`;
}

const typeCell = ({ type }: Field): string => type.split(" | ").map(code).join(" | ");

function defaultCell({ required, preset }: Field): string {
  if (required) return "**required**";
  return preset === undefined ? "" : code(JSON.stringify(preset));
}

function meaning(field: Field): string {
  const bounds = field.bounds.map((bound) => `${plain(bound)}.`.replace(/^./, (first) => first.toUpperCase()));
  return [
    [...(field.about ? [field.about] : []), ...(field.only ? [`Only with ${code(field.only)}.`] : []), ...bounds].join(
      " ",
    ),
    ...field.refersTo.map((r) => `→ ${target(r)}`),
    ...(field.writeOnly ? ["*Write-only.*"] : []),
    ...(field.dormant ? [`*Dormant: ${field.dormant}.*`] : []),
    ...Object.values(field.refused).map((why) => `*${plain(why)}.*`),
  ]
    .filter(Boolean)
    .join("<br>");
}

function target(r: Referral): string {
  const which = r.within ? "one of its own, " : "";
  return `${linkTo(r.kind)}, ${which}by ${keysOf(r)}${r.where ? ` (${code(r.where)})` : ""}`;
}

export const linkTo = (kind: string): string => `[${kind}](${kind}.md)`;
