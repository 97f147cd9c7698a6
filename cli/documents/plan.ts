/** What applying would do, decided before the first write. */
import type { Fault } from "#db/protocol/errors";
import { writeOnlyFields } from "#db/resources/kind";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import { manifest as asManifest } from "../render/manifest.ts";
import { bodyFaults, canonical, placed, writable } from "./check.ts";
import { dependencies, topological } from "./order.ts";
import { overlay, same } from "./overlay.ts";
import type { Manifest } from "./read.ts";

export interface Step {
  manifest: Manifest;
  does: "create" | "replace" | "nothing" | "refuse";
  /** What is there now. */
  current?: Shown;
  /** What is sent. */
  body: Record<string, unknown>;
  /** Why it can't be, where it can't. */
  why?: string;
  /** Places of the steps that must have worked before. */
  needs: readonly number[];
}

/** How many resources are looked at together. */
const AT_ONCE = 4;

/** @returns steps in the order in which they are to be carried out. @throws Failure with every fault, before any write. */
export async function planApply(
  manifests: readonly Manifest[],
  api: Api,
  project: string | undefined,
): Promise<Step[]> {
  const soon: Fault[] = [];
  for (const m of manifests) {
    soon.push(
      ...placed(
        m,
        bodyFaults(m.kind, m.body).filter((f) => !f.missing),
      ),
    );
    if (!m.kind.verbs.includes("create"))
      soon.push({ path: m.where, message: `${m.kind.plural} can't be applied: ${m.kind.about}` });
  }
  refuseAll(soon);
  const current = await lookUp(manifests, api, project);
  const late: Fault[] = [];
  const needs = dependencies(manifests);
  const order = topological(needs);
  const steps = manifests.map((m, i): Step => {
    const step = decide(m, current[i]);
    if (step.does === "create" || step.does === "replace") late.push(...placed(m, bodyFaults(m.kind, step.body)));
    return { ...step, needs: (needs[i] ?? []).map((n) => order.indexOf(n)) };
  });
  refuseAll(late);
  return order.flatMap((i) => steps[i] ?? []);
}

function refuseAll(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  throw new Failure(faults.length === 1 ? "A document is not valid." : `${faults.length} faults in the documents.`, {
    faults,
    hint: "Nothing was changed. `mcpctl explain KIND` tells a kind's fields.",
  });
}

/** Pure: one document against what is there. */
export function decide(m: Manifest, current: Shown | undefined): Omit<Step, "needs"> {
  const wanted = writable(m.body);
  if (!current) return { manifest: m, does: "create", body: { kind: m.kind.name, ...overlay({}, wanted) } };
  const base = asManifest(m.kind, current);
  const body = { ...overlay(base, { ...wanted, name: current.name }), kind: m.kind.name };
  if (!m.kind.verbs.includes("edit")) return { manifest: m, does: "nothing", current, body };
  const writesHidden = writeOnlyFields(m.kind).some((f) => wanted[f] !== undefined);
  const unchanged = !writesHidden && same(canonical(m.kind, body) ?? body, canonical(m.kind, base) ?? base);
  return { manifest: m, does: unchanged ? "nothing" : "replace", current, body };
}

async function lookUp(
  manifests: readonly Manifest[],
  api: Api,
  project: string | undefined,
): Promise<(Shown | undefined)[]> {
  const found: (Shown | undefined)[] = new Array(manifests.length).fill(undefined);
  const places = [...manifests.keys()];
  const worker = async () => {
    for (let i = places.shift(); i !== undefined; i = places.shift()) {
      const m = manifests[i];
      if (m) found[i] = await find(m, api, project);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

export async function find(m: Manifest, api: Api, project: string | undefined): Promise<Shown | undefined> {
  try {
    return await api.get(m.kind, m.name, scopeOf(m, project));
  } catch (error) {
    if (error instanceof Failure && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The parent that a scoped resource's name is looked up in: what the document says, else `-p`, else the kind's default. */
export function scopeOf(m: Pick<Manifest, "kind" | "body">, project: string | undefined): string | undefined {
  if (!m.kind.scope) return undefined;
  const own = m.body[m.kind.scope];
  if (typeof own === "string") return own;
  const preset = m.kind.spec.shape[m.kind.scope]?.safeParse(undefined);
  return project ?? (preset?.success && typeof preset.data === "string" ? preset.data : undefined);
}
