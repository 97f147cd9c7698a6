/** Drives targets in turn, so that what else the machine does falls on all of them alike. */
import { type Child, start } from "../line-process.ts";
import { median } from "./figures.ts";
import { type Job, type Result, result } from "./load.ts";
import { costOf } from "./process-cost.ts";
import { bodyOf, type Scenario } from "./scenarios.ts";
import { script, type Target } from "./targets.ts";

/** Medians over the rounds. Absent where nothing can be read (the provider itself; not on Linux). */
export interface Measured {
  target: string;
  scenario: string;
  /** Answers per second. */
  rate: number;
  /** CPU seconds per 1,000 answers. */
  cpu: number | undefined;
  /** Milliseconds. */
  latency: { p50: number; p99: number };
  firstByte: { p50: number; p99: number };
  chunkDelay: { p50: number; p99: number };
  /** MB, the highest so far. */
  peakMb: number | undefined;
  errors: number;
  firstError: string | null;
}

interface Round {
  result: Result;
  cpu: number | undefined;
}

export interface Load {
  run(job: Job): Promise<Result>;
  stop(): Promise<void>;
}

export function startLoad(): Load {
  const child: Child = start(process.execPath, [script("load.ts")]);
  return {
    async run(job) {
      child.process.stdin?.write(`${JSON.stringify(job)}\n`);
      return result.parse(JSON.parse(await child.line()));
    },
    stop: () => child.stop(),
  };
}

export function jobOf(target: Target, scenario: Scenario, durationMs: number): Job {
  return {
    url: `${target.url}/v1/chat/completions`,
    headers: { "content-type": "application/json", ...target.headers },
    body: bodyOf(scenario),
    connections: scenario.connections,
    durationMs,
    expects: scenario.expects,
  };
}

async function round(load: Load, target: Target, scenario: Scenario, durationMs: number): Promise<Round> {
  const before = target.pid === undefined ? undefined : costOf(target.pid);
  const answer = await load.run(jobOf(target, scenario, durationMs));
  const after = target.pid === undefined ? undefined : costOf(target.pid);
  const spent = before && after ? after.cpuSeconds - before.cpuSeconds : undefined;
  return {
    result: answer,
    cpu: spent === undefined || answer.requests === 0 ? undefined : (spent / answer.requests) * 1000,
  };
}

/** @param quick shortens each run to a third. */
export async function measure(
  load: Load,
  targets: readonly Target[],
  scenario: Scenario,
  rounds: number,
  quick: boolean,
): Promise<Measured[]> {
  const durationMs = quick ? Math.round(scenario.durationMs / 3) : scenario.durationMs;
  const seen = new Map<string, Round[]>(targets.map((t) => [t.name, []]));
  // One run that does not count: connections, caches and compilers get warm.
  for (const target of targets) await load.run(jobOf(target, scenario, scenario.durationMs));
  for (let i = 0; i < rounds; i++)
    for (const target of i % 2 === 0 ? targets : [...targets].reverse())
      seen.get(target.name)?.push(await round(load, target, scenario, durationMs));
  return targets.map((t) => summarise(t, scenario, seen.get(t.name) ?? []));
}

function summarise(target: Target, scenario: Scenario, rounds: readonly Round[]): Measured {
  const middle = (pick: (r: Result) => number) => median(rounds.map((r) => pick(r.result)));
  const both = (pick: (r: Result) => { p50: number; p99: number }) => ({
    p50: middle((r) => pick(r).p50),
    p99: middle((r) => pick(r).p99),
  });
  const cpu = rounds.flatMap((r) => r.cpu ?? []);
  return {
    target: target.name,
    scenario: scenario.name,
    rate: middle((r) => r.requests / r.seconds),
    cpu: cpu.length > 0 ? median(cpu) : undefined,
    latency: both((r) => r.latency),
    firstByte: both((r) => r.firstByte),
    chunkDelay: both((r) => r.chunkDelay),
    peakMb: target.pid === undefined ? undefined : costOf(target.pid)?.peakMb,
    errors: rounds.reduce((sum, r) => sum + r.result.errors, 0),
    firstError: rounds.find((r) => r.result.firstError)?.result.firstError ?? null,
  };
}
