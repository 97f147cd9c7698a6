/** What applying would do, decided before the first write. */
import type { Fault } from "#db/protocol/errors";
import { applied } from "#db/schema/applied";
import { writeOnlyFields } from "#db/schema/kind";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import { at } from "../render/cell.ts";
import { manifest as asManifest } from "../render/manifest.ts";
import { bodyFaults, canonical, wholeFaults, withLines, writable } from "./check.ts";
import { unwind } from "./cycles.ts";
import { lookUp } from "./look-up.ts";
import { links, topological } from "./order.ts";
import { same } from "./overlay.ts";
import type { Manifest } from "./read.ts";
import { missingReferences } from "./references.ts";

export interface Decision {
  manifest: Manifest;
  /** `own`: nothing changes but that apply is from now on who set these fields. `renew`: what is there is spent and makes way. */
  does: "create" | "replace" | "own" | "renew" | "nothing";
  /** What is there now. */
  current?: Shown;
  /** What is sent: the manifest, which the edge merges into what it finds. */
  body: Record<string, unknown>;
  /** What the resource is to be, merged here with what was found. */
  next: Record<string, unknown>;
}

export interface Step extends Decision {
  /** Places of the steps that must have worked before. */
  needs: readonly number[];
  /** A document of a cycle is begun without the references that close it, and completed by a later step. */
  part?: "begin" | "complete";
}

/** @returns steps in the order in which they are to be carried out. @throws Failure with every fault, before any write. */
export async function planApply(
  manifests: readonly Manifest[],
  api: Api,
  project: string | undefined,
): Promise<Step[]> {
  const soon: Fault[] = [];
  for (const m of manifests) {
    soon.push(
      ...withLines(
        m,
        bodyFaults(m.kind, m.body).filter((f) => !f.missing),
      ),
    );
    if (!m.kind.verbs.includes("create"))
      soon.push({ path: m.where, message: `${m.kind.plural} can't be applied: ${m.kind.about}` });
  }
  refuseAll(soon);
  const current = await lookUp(manifests, api, project);
  const decisions = manifests.map((m, i) => decide(m, current[i]));
  const found = links(manifests);
  const isNew = (i: number) => decisions[i]?.does === "create";
  const unwound = unwind(manifests, found, isNew);
  const late = decisions.flatMap((d) => (d.does === "nothing" ? [] : faultsOf(d)));
  refuseAll([...late, ...unwound.faults]);
  refuseAll(
    await missingReferences(
      decisions.filter((d) => d.does !== "nothing"),
      manifests,
      api,
    ),
  );
  const needs = found.map((all, i) => [...new Set(all.map((l) => l.to))].filter((to) => to !== i));
  return stepsOf(decisions, topological(needs, unwound.must), needs, unwound);
}

/** In order; a document that was begun is completed as soon as all that it refers to is there. */
function stepsOf(
  decisions: readonly Decision[],
  order: readonly number[],
  needs: readonly (readonly number[])[],
  { reduced, must }: Pick<ReturnType<typeof unwind>, "reduced" | "must">,
): Step[] {
  const steps: Step[] = [];
  /** Place of the step after which a document is there. */
  const there = new Map<number, number>();
  const placesOf = (documents: readonly number[] = []) => documents.flatMap((d) => there.get(d) ?? []);
  const begun = new Set<number>();
  for (const i of order) {
    const decision = decisions[i];
    if (!decision) continue;
    const first = reduced.get(i);
    if (first) {
      const body = { kind: decision.manifest.kind.name, ...first.body };
      steps.push({ ...decision, body, part: "begin", needs: placesOf(must[i]) });
      begun.add(i);
    } else steps.push({ ...decision, needs: placesOf(needs[i]) });
    there.set(i, steps.length - 1);
    for (const other of begun) {
      const whole = decisions[other];
      const lacks = needs[other]?.some((n) => !there.has(n));
      if (!whole || lacks) continue;
      begun.delete(other);
      steps.push({ ...whole, does: "replace", part: "complete", needs: placesOf([other, ...(needs[other] ?? [])]) });
    }
  }
  return steps;
}

function faultsOf({ manifest: m, current, next }: Decision): Fault[] {
  const emptied = writeOnlyFields(m.kind)
    .filter((field) => current && next[field] === null)
    .map((field) => ({
      at: [field],
      path: field,
      missing: false,
      message: "can't be removed: give its new value",
    }));
  return withLines(
    m,
    [...emptied, ...wholeFaults(m.kind, { name: m.name, ...next })].map((f) => {
      const [field, ...deeper] = f.at;
      const gone = f.missing && deeper.length === 0 && next[String(field)] === undefined;
      const dropped = gone && current?.applied?.includes(String(field));
      return dropped ? { ...f, message: "was applied before and can't be removed: it is required" } : f;
    }),
  );
}

function refuseAll(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  throw new Failure(faults.length === 1 ? "A document is not valid." : `The documents have ${faults.length} faults.`, {
    faults,
    hint: "Nothing was changed. `mcpctl explain KIND` lists the fields of a kind.",
  });
}

/** Pure: one document against what is there. */
export function decide(m: Manifest, current: Shown | undefined): Decision {
  const { kind } = m;
  const body = { kind: kind.name, ...writable(kind, m.body) };
  if (!current)
    return { manifest: m, does: "create", body, next: { name: m.name, ...applied(kind, undefined, [], body).next } };
  const base = asManifest(kind, current);
  const before = current.applied ?? [];
  const { next: fields, paths } = applied(kind, base, before, body);
  const next: Record<string, unknown> = { name: current.name, ...fields };
  const found = { manifest: m, current, body: { ...body, name: current.name }, next };
  if (!kind.verbs.includes("edit")) {
    const spent = kind.spent?.includes(String(at(current, "status.state")));
    return { ...found, does: spent ? "renew" : "nothing" };
  }
  const writesHidden = writeOnlyFields(kind).some((f) => next[f] !== undefined);
  if (writesHidden || !same(canonical(kind, next) ?? next, canonical(kind, base) ?? base))
    return { ...found, does: "replace" };
  return { ...found, does: same(paths, [...before].sort()) ? "nothing" : "own" };
}
