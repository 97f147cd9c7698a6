/** Carries a plan out: one document after the other, each told; a failure stops only what depends on it. */
import { type Api, isPassing, type Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import type { Tools } from "../verb.ts";
import { decide, find, type Step, scopeOf } from "./plan.ts";

export type Outcome = "created" | "configured" | "unchanged";

export interface Report {
  done(step: Step, outcome: Outcome, answer: Shown | undefined): Promise<void>;
  failed(step: Step, error: Failure): void;
}

/** Waits before trying again, in milliseconds, unless the edge says how long. */
const BACK_OFF_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];
const LONGEST_WAIT_MS = 60_000;
/** A document that others keep changing is given up after this many conflicts. */
const CONFLICTS = 5;

/** @returns how many failed. */
export async function carryOut(
  steps: readonly Step[],
  api: Api,
  { dryRun, project }: { dryRun: boolean; project: string | undefined },
  report: Report,
  tools: Pick<Tools, "sleep" | "signal">,
): Promise<number> {
  const lost = new Set<number>();
  for (const [i, step] of steps.entries()) {
    const broken = step.needs.find((n) => lost.has(n));
    try {
      if (tools.signal.aborted) throw new Failure("Cancelled.");
      if (broken !== undefined) {
        const other = steps[broken]?.manifest;
        throw new Failure(`Not tried: it refers to ${other?.kind.name}/${other?.name}, which failed.`);
      }
      if (dryRun && step.needs.some((n) => steps[n]?.does === "create")) {
        // The edge would miss what only exists in this plan; the schema has been checked already.
        await report.done(step, step.does === "create" ? "created" : "configured", undefined);
        continue;
      }
      const { outcome, answer } = await patiently(() => write(step, api, dryRun, project), tools);
      await report.done(step, outcome, answer);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      lost.add(i);
      report.failed(step, error);
    }
  }
  return lost.size;
}

/** Repeats what may pass: 429 and 503, after `Retry-After` or exponentially longer waits. */
export async function patiently<T>(work: () => Promise<T>, { sleep }: Pick<Tools, "sleep">): Promise<T> {
  for (const wait of BACK_OFF_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      const asked = error.details.retryAfter;
      await sleep(Math.min(asked === undefined ? wait : asked * 1000, LONGEST_WAIT_MS));
    }
  }
  return work();
}

async function write(
  first: Step,
  api: Api,
  dryRun: boolean,
  project: string | undefined,
): Promise<{ outcome: Outcome; answer?: Shown }> {
  const { manifest } = first;
  const { kind } = manifest;
  let step: Omit<Step, "needs"> = first;
  for (let conflicts = 0; ; conflicts++) {
    try {
      if (step.does === "nothing") return { outcome: "unchanged" };
      if (step.does === "create") return { outcome: "created", answer: await api.create(kind, step.body, { dryRun }) };
      const before = step.current?.resourceVersion;
      const answer = await api.replace(kind, step.current?.id ?? manifest.name, step.body, {
        dryRun,
        project: scopeOf(manifest, project),
        ...(before ? { ifMatch: before } : {}),
      });
      return { outcome: answer.resourceVersion === before ? "unchanged" : "configured", answer };
    } catch (error) {
      // Somebody was faster, or a create whose answer got lost had worked: look again, decide again.
      const raced = error instanceof Failure && (error.code === "lost_update" || error.code === "already_exists");
      if (!raced || conflicts >= CONFLICTS) throw error;
      step = decide(manifest, await find(manifest, api, project));
    }
  }
}
