/** A row as the API shows it. The one place where it is decided what leaves: write-only and sealed values never do. */
import { type KindName, kindsByName, type Resource } from "#db/kinds/index";
import { type Kind, writeOnlyFields } from "#db/schema/kind";
import { behaviours } from "../kinds/index.ts";
import type { Stored } from "./stored.ts";

/** @param now milliseconds since the epoch: some status follows from time alone. */
export function present(kindName: KindName, row: Stored, now: number): Resource {
  const kind: Kind = kindsByName[kindName];
  return {
    kind: kindName,
    id: row.id,
    name: row.name,
    labels: row.labels,
    resourceVersion: String(row.revision),
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
    applied: row.applied,
    ...shownSpec(kind, row.spec),
    status: inOrder(kind.status.shape, statusOf(kindName, row, now)),
  };
}

const statusOf = (kind: KindName, row: Stored, now: number) => behaviours[kind]?.status?.(row, now) ?? row.status;

/** Whether it is of no use any more, as its kind has it. */
export const isSpent = (kind: Kind & { name: KindName }, row: Stored, now: number): boolean =>
  kind.spent?.includes(String(statusOf(kind.name, row, now)["state"])) ?? false;

/** In the order of the schema, with the defaults of fields that came after the row was written. */
export function shownSpec(kind: Kind, spec: Record<string, unknown>): Record<string, unknown> {
  const parsed = kind.spec.safeParse(spec);
  const shown = inOrder(kind.spec.shape, parsed.success ? parsed.data : spec);
  for (const field of writeOnlyFields(kind)) delete shown[field];
  return shown;
}

function inOrder(shape: Record<string, unknown>, fields: Record<string, unknown>): Record<string, unknown> {
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(shape)) if (fields[name] !== undefined) ordered[name] = fields[name];
  return ordered;
}

export const etag = (row: Pick<Stored, "revision">): string => `"${row.revision}"`;

/** PostgreSQL's text form → ISO 8601 in UTC. */
const instant = (text: string): string => new Date(text).toISOString();
