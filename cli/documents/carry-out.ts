/** Carries a plan out: one document after the other, each told; a failure stops only what depends on it. */
import { type Api, isPassing, type Shown } from "../connection/api.ts";
import type { DryRun } from "../dry-run.ts";
import { Failure, INTERRUPTED } from "../failure.ts";
import type { Tools } from "../verb.ts";
import { find, scopeOf } from "./look-up.ts";
import { type Decision, decide, type Step } from "./plan.ts";

export type Outcome = "created" | "configured" | "unchanged";

export interface Report {
  /** Once for each document. `answer` is undefined where nothing was sent. */
  done(step: Step, outcome: Outcome, answer: Shown | undefined): Promise<void>;
  failed(step: Step, error: Failure): void;
}

export interface Carrying {
  /** `client` asks the edge for nothing but what is there. */
  dryRun: DryRun;
  project: string | undefined;
}

/** Waits before trying again, in milliseconds, unless the edge says how long. */
const BACK_OFF_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];
const LONGEST_WAIT_MS = 60_000;
/** A document that others keep changing is given up after this many conflicts. */
const CONFLICTS = 5;

const GO_ON = "Apply again: finished documents stay unchanged, and the rest follows.";

/** @returns how many documents failed. @throws Failure where it was interrupted. */
export async function carryOut(
  steps: readonly Step[],
  api: Api,
  how: Carrying,
  report: Report,
  tools: Pick<Tools, "sleep" | "signal">,
): Promise<number> {
  const lost = new Set<number>();
  const failed = new Set<Step["manifest"]>();
  const interrupted = (i: number) => {
    const left = new Set(steps.slice(i).map((s) => s.manifest)).size;
    const all = new Set(steps.map((s) => s.manifest)).size;
    return new Failure(`Interrupted: ${left} of ${all} documents were not applied.`, {
      exit: INTERRUPTED,
      hint: GO_ON,
    });
  };
  for (const [i, step] of steps.entries()) {
    const broken = step.needs.find((n) => lost.has(n));
    if (tools.signal.aborted) throw interrupted(i);
    try {
      if (broken !== undefined) {
        const other = steps[broken]?.manifest;
        if (other === step.manifest) {
          lost.add(i);
          continue;
        }
        throw new Failure(`Skipped: it refers to ${other?.kind.name}/${other?.name}, which failed.`);
      }
      // The edge would miss what only exists in this plan; the schema has been checked already.
      const unseen = step.part !== undefined || step.needs.some((n) => creates(steps[n]));
      if (how.dryRun === "client" || (how.dryRun === "server" && unseen)) {
        if (step.part !== "begin") await report.done(step, step.part ? "created" : intended(step), undefined);
        continue;
      }
      const { outcome, answer } = await patiently(() => write(step, api, how), tools);
      if (step.part === "begin") continue;
      await report.done(step, step.part ? "created" : outcome, answer);
    } catch (error) {
      if (tools.signal.aborted) throw interrupted(i);
      if (!(error instanceof Failure)) throw error;
      lost.add(i);
      failed.add(step.manifest);
      report.failed(step, error);
    }
  }
  return failed.size;
}

const creates = (step: Step | undefined) => step?.does === "create" || step?.does === "renew";

const intended = (step: Decision): Outcome =>
  creates({ ...step, needs: [] }) ? "created" : step.does === "replace" ? "configured" : "unchanged";

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

async function write(first: Step, api: Api, how: Carrying): Promise<{ outcome: Outcome; answer?: Shown }> {
  const { manifest, part } = first;
  let step: Decision = first;
  for (let conflicts = 0; ; conflicts++) {
    try {
      return await once(step, api, how);
    } catch (error) {
      // Somebody was faster, or a create whose answer got lost had worked: look again, decide again.
      const raced = error instanceof Failure && racing.includes(error.code ?? "");
      if (!raced || conflicts >= CONFLICTS) throw error;
      step = decide(manifest, await find(manifest, api, how.project));
      // What was begun is there now, by whomever; the step that completes it follows.
      if (part === "begin" && step.current) return { outcome: "unchanged" };
      if (part === "begin") step = { ...step, body: first.body };
    }
  }
}

const racing: readonly string[] = ["lost_update", "already_exists", "not_found"];

async function once(
  { manifest, does, current, body }: Decision,
  api: Api,
  { dryRun, project }: Carrying,
): Promise<{ outcome: Outcome; answer?: Shown }> {
  const { kind } = manifest;
  const options = { dryRun: dryRun === "server" };
  if (does === "nothing") return { outcome: "unchanged" };
  if (does === "renew" && current) {
    const seen = current.resourceVersion ? { ifMatch: current.resourceVersion } : {};
    await api.remove(kind, current.id, undefined, { ...options, ...seen });
    // A dry run leaves it in its place, where the new one can't be tried.
    if (options.dryRun) return { outcome: "created" };
  }
  if (does === "create" || does === "renew")
    return { outcome: "created", answer: (await api.apply(kind, undefined, body, options)).answer };
  try {
    // What was just begun is known by its name alone.
    const scope = current ? undefined : scopeOf(manifest, project);
    const done = await api.apply(kind, current?.id ?? manifest.name, body, { ...options, project: scope });
    const same = done.outcome ? done.outcome === "unchanged" : done.answer.resourceVersion === current?.resourceVersion;
    return { outcome: same ? "unchanged" : "configured", answer: done.answer };
  } catch (error) {
    // Who may not write it has not changed it either, and there was nothing to change.
    if (does === "own" && error instanceof Failure && error.code === "not_allowed") return { outcome: "unchanged" };
    throw error;
  }
}
