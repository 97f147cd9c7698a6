/** Which kinds are written and deleted together, derived from their descriptions. Pure. */

import { type Kind, referencesOf } from "../schema/kind.ts";
import { type KindName, kindsByName, type TableKind, type TableKindName, tableKinds } from "./index.ts";

/** Kind of the parent, if the kind has one. */
export function parentOf(kind: Kind): TableKind | undefined {
  const found = referencesOf(kind).find((r) => r.path.length === 1 && r.path[0] === kind.scope);
  return tableKinds.find((k) => k.name === found?.kind);
}

/** Kinds whose names are unique within a resource of this kind, and which are deleted with it. */
export function childrenOf(parent: KindName): TableKind[] {
  return tableKinds.filter((k) => parentOf(k)?.name === parent);
}

/** Kinds whose rows a write to this kind can change: itself, its children, and those in `alsoWrites`. */
export function writtenWith(kind: TableKindName): Set<TableKindName> {
  const found = new Set<TableKindName>();
  const add = (name: TableKindName) => {
    if (found.has(name)) return;
    found.add(name);
    for (const child of childrenOf(name)) add(child.name);
    const { alsoWrites = [] }: Kind = kindsByName[name];
    for (const other of tableKinds) if (alsoWrites.includes(other.name)) add(other.name);
  };
  add(kind);
  return found;
}
