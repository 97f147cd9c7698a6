/**
 * Whether a row is among those that a list would show: in here what `conditions` of edge/resources/read.ts is in SQL. A test
 * holds the two to the same answers. Pure.
 */
import type { TableKindName } from "#db/kinds/index";
import { type LabelRequirement, meets } from "#db/schema/label-selector";
import type { FieldRequirement } from "../resources/selectors.ts";
import type { Stored } from "../resources/stored.ts";

/** What of a row a selector looks at. */
export type Selectable = Pick<Stored, "name" | "scopeId" | "labels" | "spec" | "status">;

export interface Selection {
  labels: readonly LabelRequirement[];
  fields: readonly FieldRequirement[];
  namePrefix: string | undefined;
  scopeId: string | undefined;
  /** Only those that name this row in this field of their spec. A name stays; names are all that specs refer by. */
  referring?: { field: string; to: TableKindName; id: string; name: string } | undefined;
}

export function matches({ labels, fields, namePrefix, scopeId, referring }: Selection, row: Selectable): boolean {
  return (
    (scopeId === undefined || row.scopeId === scopeId) &&
    (referring === undefined || fieldText(row, referring.field) === referring.name) &&
    (namePrefix === undefined || row.name.startsWith(namePrefix)) &&
    meets(row.labels, labels) &&
    fields.every(({ field, is, value }) => (fieldText(row, field) === value) === (is === "equal"))
  );
}

/** As PostgreSQL's `->>` writes a scalar. */
function fieldText({ name, spec, status }: Selectable, field: string): string | undefined {
  if (field === "name") return name;
  const [from, key] = field.startsWith("status.") ? [status, field.slice("status.".length)] : [spec, field];
  const value = Object.hasOwn(from, key) ? from[key] : undefined;
  return value === undefined || value === null ? undefined : typeof value === "string" ? value : JSON.stringify(value);
}
