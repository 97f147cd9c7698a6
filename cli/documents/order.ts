/** In which order documents are written: what is referred to comes first. */
import { referencesIn } from "#db/resources/kind";
import { writable } from "./check.ts";
import { withoutNulls } from "./overlay.ts";
import type { Manifest } from "./read.ts";

/** For each document, the places of those that it refers to. */
export function dependencies(manifests: readonly Manifest[]): number[][] {
  const places = new Map<string, number>();
  for (const [i, m] of manifests.entries()) {
    places.set(`${m.kind.name}/${m.name}`, i);
    const other = m.kind.alternateKey ? m.body[m.kind.alternateKey] : undefined;
    if (typeof other === "string") places.set(`${m.kind.name}/${other.toLowerCase()}`, i);
  }
  return manifests.map((m, i) => {
    const { name: _, labels: __, ...spec } = withoutNulls(writable(m.body));
    const found = referencesIn(m.kind, spec).flatMap(
      (r) => places.get(`${r.kind}/${r.name}`) ?? places.get(`${r.kind}/${r.name.toLowerCase()}`) ?? [],
    );
    return [...new Set(found)].filter((p) => p !== i);
  });
}

/** Places in order; documents that don't depend on each other keep theirs. Members of a cycle follow in the order they came. */
export function topological(needs: readonly (readonly number[])[]): number[] {
  const done = new Set<number>();
  const order: number[] = [];
  const take = (i: number) => {
    done.add(i);
    order.push(i);
  };
  while (order.length < needs.length) {
    const ready = needs.findIndex((n, i) => !done.has(i) && n.every((d) => done.has(d)));
    take(ready >= 0 ? ready : needs.findIndex((_, i) => !done.has(i)));
  }
  return order;
}
