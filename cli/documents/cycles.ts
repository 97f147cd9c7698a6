/**
 * Documents that refer to each other in a circle and are not there yet: some are first written without the references that
 * close it, and completed when all are there. Pure.
 */

import { kinds } from "#db/kinds/index";
import type { Fault } from "#db/protocol/errors";
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
  const left = found.map((all) => all.filter((l) => isNew(l.to)));
  const circles = circlesOf([...left.keys()], left);
  for (let circle = circles.pop(); circle; circle = circles.pop()) {
    const members = new Set(circle);
    const broken = breakOne(inOrder(circle, documents), documents, (i) =>
      reduced.has(i) ? [] : (left[i] ?? []).filter((l) => members.has(l.to)),
    );
    if (!broken) {
      faults.push(unbreakable(circle, documents, left));
      continue;
    }
    const gone = new Set(broken.result.without);
    reduced.set(broken.place, broken.result);
    left[broken.place] = (left[broken.place] ?? []).filter((l) => !gone.has(l));
    circles.push(...circlesOf(circle, left));
  }
  return { reduced, must: left.map((all) => [...new Set(all.map((l) => l.to))]), faults };
}

/** Circles among these places. */
function circlesOf(places: readonly number[], left: readonly (readonly Link[])[]): number[][] {
  const index = new Map(places.map((place, i) => [place, i]));
  const needs = places.map((place) => (left[place] ?? []).flatMap((l) => index.get(l.to) ?? []));
  return components(needs)
    .filter((group) => group.length > 1 || group.some((i) => needs[i]?.includes(i)))
    .map((group) => group.flatMap((i) => places[i] ?? []));
}

/** The first document that can do without some of what closes the circle. */
function breakOne(
  circle: readonly number[],
  documents: readonly Document[],
  closing: (place: number) => readonly Link[],
): { place: number; result: Reduced } | undefined {
  for (const place of circle) {
    const document = documents[place];
    const links = closing(place);
    if (!document?.kind.verbs.includes("edit") || links.length === 0) continue;
    const result = leaveOut(document.kind, document.body, links);
    if (result.without.length > 0) return { place, result };
  }
  return undefined;
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
