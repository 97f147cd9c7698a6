/** In which order documents are written: what is referred to comes first. */
import { withoutNulls } from "#db/schema/applied";
import { type FoundReference, referencesIn } from "#db/schema/kind";
import { writable } from "./check.ts";
import { components } from "./components.ts";
import type { Manifest } from "./read.ts";

/** A reference of one document to another of the same plan. */
export interface Link extends FoundReference {
  /** Place of the document that it names; perhaps its own. */
  to: number;
}

type Document = Pick<Manifest, "kind" | "name" | "body">;

/** What a document refers to. */
export function referencesFrom(m: Document): FoundReference[] {
  const { name: _, labels: __, ...spec } = withoutNulls(m.kind, writable(m.kind, m.body));
  return referencesIn(m.kind, spec);
}

/** For each document, its references to documents among these. */
export function links(documents: readonly Document[]): Link[][] {
  const places = new Map<string, number>();
  for (const [i, m] of documents.entries()) {
    places.set(`${m.kind.name}/${m.name}`, i);
    // Names are unique within the parent, so what is meant to be one's own is known by both.
    if (m.kind.scope) places.set(`${m.kind.name}/${m.name} of ${String(m.body[m.kind.scope])}`, i);
    const other = m.kind.alternateKey ? m.body[m.kind.alternateKey] : undefined;
    if (typeof other === "string") places.set(`${m.kind.name}/${other.toLowerCase()}`, i);
  }
  return documents.map((m) =>
    referencesFrom(m).flatMap((r) => {
      if (r.within) {
        const own = places.get(`${r.kind}/${r.name} of ${m.name}`);
        return own === undefined ? [] : [{ ...r, to: own }];
      }
      const to = places.get(`${r.kind}/${r.name}`) ?? places.get(`${r.kind}/${r.name.toLowerCase()}`);
      return to === undefined ? [] : [{ ...r, to }];
    }),
  );
}

/** For each document, the places of the others that it refers to. */
export function dependencies(documents: readonly Document[]): number[][] {
  return links(documents).map((found, i) => [...new Set(found.map((l) => l.to))].filter((p) => p !== i));
}

/**
 * Places in order: what is needed before what needs it, the rest as it came. Members of a cycle follow each other, in the order
 * that `must` asks for, which has no cycles; without it as they came.
 */
export function topological(
  needs: readonly (readonly number[])[],
  must: readonly (readonly number[])[] = [],
): number[] {
  return components(needs).flatMap((group) => {
    if (group.length === 1) return group;
    const place = new Map(group.map((member, i) => [member, i]));
    const inside = group.map((member) => (must[member] ?? []).flatMap((n) => place.get(n) ?? []));
    return components(inside).flatMap((inner) => inner.flatMap((i) => group[i] ?? []));
  });
}

/** Places in the order in which they can go: what refers before what it refers to, the rest as it came. */
export function untopological(needs: readonly (readonly number[])[]): number[] {
  const neededBy: number[][] = needs.map(() => []);
  for (const [i, n] of needs.entries()) for (const d of n) neededBy[d]?.push(i);
  return topological(neededBy);
}
