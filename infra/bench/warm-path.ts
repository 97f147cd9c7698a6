/** Checks that a warm request makes no query (docs/architecture.md, A request). */
import { isDeepStrictEqual } from "node:util";
import type { EdgeTarget } from "./edge.ts";
import { jobOf, type Load } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";

export interface WarmPath {
  requests: number;
  /** Statements on behalf of the requests; audit batches, which follow them, not counted. */
  queries: number;
}

/** Counts between two moments at which the store is at rest, less what one request alone leaves behind in audit batches. */
export async function warmPath(load: Load, target: EdgeTarget, scenario: Scenario): Promise<WarmPath> {
  await load.run(jobOf(target, scenario, 500));
  await atRest(target);
  const before = (await target.edge.stats()).queries;
  const { requests } = await load.run(jobOf(target, scenario, 1_000));
  await atRest(target);
  return { requests, queries: (await target.edge.stats()).queries - before };
}

/** Waits until the store has had nothing to do for half a second. */
async function atRest(target: EdgeTarget): Promise<void> {
  let last = await target.edge.stats();
  for (;;) {
    await new Promise((r) => setTimeout(r, 500));
    const now = await target.edge.stats();
    if (isDeepStrictEqual(now, last)) return;
    last = now;
  }
}
