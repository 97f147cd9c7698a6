/**
 * Documents that refer to each other in a circle and are not there yet: some are first written without the references that
 * close it, and completed when all are there. Pure.
 */
import type { Fault } from "#db/protocol/errors";
import { kinds } from "#db/resources/index";
import { components } from "./components.ts";
import { leaveOut, type Reduced } from "./leave-out.ts";
import type { Link } from "./order.ts";
import type { Manifest } from "./read.ts";

export interface Unwound {
  /** By place: what is written first. */
  reduced: ReadonlyMap<number, Reduced>;
  /** For each document, the places of those without which it can't be created. No cycle is in it. */
  must: readonly (readonly number[])[];
  /** Circles that can't be broken. */
  faults: Fault[];
}

type Document = Pick<Manifest, "kind" | "name" | "body" | "where">;

/** @param isNew whether the document at a place has to be created: what is there already can be referred to. */
export function unwind(
  documents: readonly Document[],
  found: readonly (readonly Link[])[],
  isNew: (place: number) => boolean,
): Unwound {
  const reduced = new Map<number, Reduced>();
  const faults: Fault[] = [];
  let left = found.map((all) => all.filter((l) => isNew(l.to)));
  const given = new Set<number>();
  for (;;) {
    const circle = components(left.map((all) => all.map((l) => l.to))).find(
      (group) =>
        !given.has(group[0] ?? -1) && (group.length > 1 || group.some((i) => left[i]?.some((l) => l.to === i))),
    );
    if (!circle) break;
    const members = new Set(circle);
    const broken = inOrder(circle, documents)
      .filter((i) => !reduced.has(i) && documents[i]?.kind.verbs.includes("edit"))
      .flatMap((i) => {
        const document = documents[i];
        const closing = (left[i] ?? []).filter((l) => members.has(l.to));
        if (!document || closing.length === 0) return [];
        const result = leaveOut(document.kind, document.body, closing);
        return result.without.length > 0 ? [{ i, result }] : [];
      })
      .at(0);
    if (!broken) {
      for (const i of circle) given.add(i);
      faults.push(unbreakable(circle, documents, left));
      continue;
    }
    reduced.set(broken.i, broken.result);
    const gone = new Set(broken.result.without);
    left = left.map((all, i) => (i === broken.i ? all.filter((l) => !gone.has(l)) : all));
  }
  return { reduced, must: left.map((all) => [...new Set(all.map((l) => l.to))]), faults };
}

/** What others build upon comes first, as in the list of kinds: an incomplete one is then the one that nothing was put into yet. */
function inOrder(circle: readonly number[], documents: readonly Document[]): number[] {
  const rank = (i: number) => kinds.findIndex((k) => k.name === documents[i]?.kind.name);
  return [...circle].sort((a, b) => rank(a) - rank(b) || a - b);
}

function unbreakable(circle: readonly number[], documents: readonly Document[], left: readonly Link[][]): Fault {
  const word = (i: number) => `${documents[i]?.kind.name}/${documents[i]?.name}`;
  const members = new Set(circle);
  const steps = circle.flatMap((i) =>
    (left[i] ?? []).filter((l) => members.has(l.to)).map((l) => `${word(i)} needs ${word(l.to)} (${l.path})`),
  );
  return {
    path: documents[circle[0] ?? 0]?.where ?? "",
    message: `can't be created: ${steps.join(", ")}, and none of these references can be left out at first`,
  };
}
