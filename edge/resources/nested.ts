/** Lists below what their items name, where that reads naturally: `/projects/:project/prompts`. */

import { type TableKind, tableKinds } from "#db/kinds/index";
import { referencesOf } from "#db/schema/kind";
import type { NamedKind } from "./stored.ts";

export interface Nest {
  path: string;
  /** What the items name. */
  of: TableKind;
  /** Field of their spec that names it. */
  field: string;
  /** It is their parent, by which their names are unique. */
  isParent: boolean;
}

export function nestsOf(kind: NamedKind): Nest[] {
  const fields = [...(kind.scope ? [kind.scope] : []), ...kind.nested];
  return fields.map((field) => {
    const reference = referencesOf(kind).find((r) => r.path.length === 1 && r.path[0] === field);
    const of = tableKinds.find((k) => k.name === reference?.kind);
    if (!of) throw new Error(`${kind.name}: ${field} is not a reference`);
    return { path: `/api/v1/${of.plural}/:${of.name}/${kind.plural}`, of, field, isParent: field === kind.scope };
  });
}
