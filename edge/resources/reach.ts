/** Whose rows a caller reaches, of a kind whose rows belong to somebody. */

import type { Caller } from "../identity/principal.ts";
import { visible } from "../rights/decide.ts";
import type { NamedKind } from "./stored.ts";

/** Everybody's, or one's own and those of the owners that bindings name. */
export type Reach = "all" | { id: string; owners: readonly string[] };

/** Undefined for a kind whose rows belong to nobody. */
export function reachOf({ principal, grants }: Caller, kind: NamedKind): Reach | undefined {
  if (!kind.owned) return undefined;
  const { others } = kind.owned;
  const owners = others ? visible(grants, others, kind.permission) : [];
  return owners === "all" ? "all" : { id: principal.id, owners };
}
