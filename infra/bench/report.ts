/** The table that a benchmark prints, and whether each target of the specification is met. */
import { table } from "./figures.ts";
import type { Measured } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";

const number = (n: number | undefined, digits: number) =>
  n === undefined ? "–" : n.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** All targets under one scenario, with ratios to bare workerd where it ran. */
export function scenarioTable(measured: readonly Measured[]): string {
  const bare = measured.find((m) => m.target === "bare workerd");
  const paced = measured.some((m) => m.chunkDelay.p50 > 0);
  const heading = [
    "target",
    "answers/s",
    "× bare",
    "CPU s/1,000",
    "× bare",
    "p50 ms",
    "p99 ms",
    "first byte ms",
    "peak MB",
  ];
  return table(
    paced ? [...heading, "chunk delay p50", "p99"] : heading,
    measured.map((m) => [
      m.errors > 0 ? `${m.target} (${m.errors} failed)` : m.target,
      number(m.rate, 0),
      bare ? number(m.rate / bare.rate, 2) : "–",
      number(m.cpu, 3),
      bare?.cpu && m.cpu !== undefined ? number(m.cpu / bare.cpu, 2) : "–",
      number(m.latency.p50, 2),
      number(m.latency.p99, 2),
      number(m.firstByte.p50, 2),
      number(m.peakMb, 0),
      ...(paced ? [number(m.chunkDelay.p50, 2), number(m.chunkDelay.p99, 2)] : []),
    ]),
  );
}

export interface Verdict {
  what: string;
  wanted: string;
  got: string;
  /** Undefined where it could not be measured. */
  met: boolean | undefined;
}

/** What the specification wants of a scenario: ratios, because absolute times say more about the machine. */
export function verdictsOf(s: Scenario, measured: readonly Measured[]): Verdict[] {
  const scenario = s.name;
  const of = (start: string) => measured.find((m) => m.target.startsWith(start));
  const [ours, bare, portkey, direct] = [of("mcpctl"), of("bare"), of("Portkey"), of("direct")];
  if (!ours) return [];
  const verdicts: Verdict[] = [
    { what: `${scenario}: failed answers`, wanted: "0", got: String(ours.errors), met: ours.errors === 0 },
  ];
  if (ours.chunkDelay.p50 > 0 && direct) {
    const added = {
      p50: ours.chunkDelay.p50 - direct.chunkDelay.p50,
      p99: ours.chunkDelay.p99 - direct.chunkDelay.p99,
    };
    verdicts.push(
      atMost(`${scenario}: delay added per chunk, p50, ms`, 0.7, added.p50),
      atMost(`${scenario}: delay added per chunk, p99, ms`, 2, added.p99),
    );
    return verdicts;
  }
  const cpu = ours.cpu !== undefined && bare?.cpu ? ours.cpu / bare.cpu : undefined;
  verdicts.push(atMost(`${scenario}: CPU per answer × bare workerd`, s.stream ? 1.8 : 1.6, cpu));
  // Of 500 chunks written at once a peer that gathers them makes few: its rate says nothing about relaying.
  if (s.model === "chunks-500") return verdicts;
  const rate = portkey && portkey.errors === 0 && portkey.rate > 0 ? ours.rate / portkey.rate : undefined;
  verdicts.push(atLeast(`${scenario}: answers/s × Portkey`, 3, rate));
  return verdicts;
}

export const atMost = (what: string, limit: number, got: number | undefined): Verdict => ({
  what,
  wanted: `≤ ${limit}`,
  got: number(got, 2),
  met: got === undefined ? undefined : got <= limit,
});

export const atLeast = (what: string, limit: number, got: number | undefined): Verdict => ({
  what,
  wanted: `≥ ${limit}`,
  got: number(got, 2),
  met: got === undefined ? undefined : got >= limit,
});

export function verdictTable(verdicts: readonly Verdict[]): string {
  const word = (met: boolean | undefined) => (met === undefined ? "not measured" : met ? "met" : "MISSED");
  return table(
    ["target", "wanted", "measured", ""],
    verdicts.map((v) => [v.what, v.wanted, v.got, word(v.met)]),
  );
}
