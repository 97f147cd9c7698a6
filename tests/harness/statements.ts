/** What the store is asked. Audit events are written, and copies renewed, some time after the answer that caused them. */
import type { TestEdge } from "./edge.ts";
import { until } from "./until.ts";

type Counted = Pick<TestEdge, "stats">;

/** Waits until the store has heard nothing for so long, in milliseconds. @returns how many statements there were until then. */
export async function atRest(edge: Counted, ms = 1_000): Promise<number> {
  let last = -1;
  let since = 0;
  await until(
    "the store is at rest",
    async () => {
      const { queries } = await edge.stats();
      if (queries !== last) [last, since] = [queries, performance.now()];
      return performance.now() - since > ms;
    },
    ms + 30_000,
  );
  return last;
}

/**
 * Does the work again and again until a round of it costs the store nothing. What is written or renewed behind earlier answers falls into
 * some rounds; a statement that the work itself needs falls into each, so that none is ever free. Rounds should be short.
 * @throws Error with what the rounds cost, where none was free.
 */
export async function costsNothing(edge: Counted, work: () => Promise<unknown>): Promise<void> {
  const costs: number[] = [];
  await until(
    () => `a round asks the store nothing; they asked ${costs.slice(-20).join(", ")}`,
    async () => {
      const before = (await edge.stats()).queries;
      await work();
      costs.push((await edge.stats()).queries - before);
      return costs.at(-1) === 0;
    },
  );
}
