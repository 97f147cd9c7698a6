/** Runs the Worker's cron triggers: what Cloudflare does there, and nobody in plain workerd. */
import { setTimeout as wait } from "node:timers/promises";
import { cronMatches } from "./cron.ts";

const MINUTE_MS = 60_000;

/** Until `signal` aborts. Never rejects. A run that fails is told and not repeated: the next one comes by itself. */
export async function runSchedule(
  crons: readonly string[],
  trigger: (cron: string) => Promise<void>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = Math.floor(Date.now() / MINUTE_MS + 1) * MINUTE_MS;
    // Timers may fire a little early.
    await wait(next - Date.now() + 5, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    for (const cron of crons)
      if (cronMatches(cron, new Date(next)))
        trigger(cron).catch((error: unknown) => {
          if (!signal.aborted) say(`${cron}: ${error instanceof Error ? error.message : error}`);
        });
  }
}
