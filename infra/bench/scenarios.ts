/** The scenarios of the benchmark, and the goals for mcpctl (docs/benchmarks.md). */
export interface Scenario {
  name: string;
  model: string;
  connections: number;
  stream: boolean;
  /** What the end of a right answer holds. */
  expects: string;
  /** Of one round: long enough that every round meets the collector, or what it does would be in some and not in others. */
  durationMs: number;
}

const streaming = { stream: true, expects: "data: [DONE]" } as const;

export const scenarios: readonly Scenario[] = [
  { name: "chat, 10 connections", model: "chat", connections: 10, stream: false, expects: "usage", durationMs: 3_000 },
  {
    name: "chat, 100 connections",
    model: "chat",
    connections: 100,
    stream: false,
    expects: "usage",
    durationMs: 3_000,
  },
  { name: "stream of 20 chunks, 10 connections", model: "chunks-20", connections: 10, ...streaming, durationMs: 3_000 },
  {
    name: "stream of 500 chunks, 10 connections",
    model: "chunks-500",
    connections: 10,
    ...streaming,
    durationMs: 3_000,
  },
  { name: "16 streams, a chunk every 10 ms", model: "paced-100", connections: 16, ...streaming, durationMs: 2_000 },
];

export const models = [...new Set(scenarios.map((s) => s.model))];

export const bodyOf = (s: Scenario): string =>
  JSON.stringify({
    model: s.model,
    messages: [
      { role: "system", content: "You are terse." },
      { role: "user", content: "Say whether the benchmark runs." },
    ],
    ...(s.stream ? { stream: true } : {}),
  });
