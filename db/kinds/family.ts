/** Kinds whose rows live and go together, out of their descriptions. Pure. */

import { type Kind, referencesOf } from "../schema/kind.ts";
import { type KindName, kindsByName, type TableKind, type TableKindName, tableKinds } from "./index.ts";

/** Kind of the parent, for a kind that has one. */
export function parentOf(kind: Kind): TableKind | undefined {
  const found = referencesOf(kind).find((r) => r.path.length === 1 && r.path[0] === kind.scope);
  return tableKinds.find((k) => k.name === found?.kind);
}

/** Kinds whose names are unique within one of this kind, and which go with it. */
export function childrenOf(parent: KindName): TableKind[] {
  return tableKinds.filter((k) => parentOf(k)?.name === parent);
}

/** Kinds of which rows may be written with one of this kind: itself, what goes with it, and what its description names beside. */
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
