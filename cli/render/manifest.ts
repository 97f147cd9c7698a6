/** A resource as it is written in a file: what comes out here goes straight into `apply -f`. */
import { reported } from "#db/kinds/index";
import type { Kind } from "#db/schema/kind";

type Described = Pick<Kind, "name" | "spec">;

/** `kind, name, labels?, spec` in the schema's order; with `status` also what the system reports. */
export function manifest(
  kind: Described,
  resource: Readonly<Record<string, unknown>>,
  status = false,
): Record<string, unknown> {
  const out: Record<string, unknown> = { kind: kind.name, name: resource["name"] };
  const labels = resource["labels"];
  if (typeof labels === "object" && labels !== null && Object.keys(labels).length > 0) out["labels"] = labels;
  for (const field of Object.keys(kind.spec.shape)) {
    const value = resource[field];
    if (value !== undefined && value !== null) out[field] = value;
  }
  if (status)
    for (const field of reported) {
      const value = resource[field];
      if (value !== undefined && !(field === "status" && isEmpty(value))) out[field] = value;
    }
  return out;
}

const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** One document each; none are a list that says so, which `apply` takes as well. */
export async function toYaml(documents: readonly unknown[]): Promise<string> {
  if (documents.length === 0) return "kind: List\nitems: []\n";
  const { stringify } = await import("../yaml.ts");
  return documents.map((d) => stringify(d, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n");
}

/** One is itself; several are a `List`, which `apply` takes apart again. */
export function toJson(documents: readonly unknown[], single: boolean): string {
  const text = JSON.stringify(single ? documents[0] : { kind: "List", items: documents }, null, 2);
  // JSON escapes the older control characters by itself; these, too, can only stand within a string.
  return `${text.replace(/[\u007f-\u009f\p{Bidi_Control}]/gu, escaped)}\n`;
}

const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
