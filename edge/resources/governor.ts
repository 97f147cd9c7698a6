/** Whose name says who may reach a row. Pure. */
import type { Kind } from "#db/schema/kind";
import type { Grants } from "../identity/principal.ts";
import { allows } from "../rights/decide.ts";
import type { Stored } from "./stored.ts";

/** The field of the spec that names what governs a resource of this kind; undefined where it is governed by its own name. */
export const governing = (kind: Kind): string | undefined => (kind.governedByParent ? kind.scope : undefined);

/** Its own name, or its parent's, which its spec has and which stays. */
export function governorOf(kind: Kind, { name, spec }: Pick<Stored, "name" | "spec">): string {
  const field = governing(kind);
  return field === undefined ? name : String(spec[field] ?? "");
}

/** @param governor name of what governs the row. */
export const maySee = (grants: Grants, kind: Kind, governor: string): boolean =>
  allows(grants, { role: "view", resource: kind.permission, name: governor });
