import { describe, expect, test } from "vitest";
import {
  BREAK_SILENCE,
  begin,
  CLEAR_ALARM,
  CLIENT_GONE,
  CUT,
  DID_NOT_BEGIN,
  type ExchangeEvent,
  type ExchangeState,
  FELL_SILENT,
  GIVE_UP,
  KEEP,
  KEPT,
  LET_GO,
  LONG,
  nextAt,
  OVERDUE,
  RECORD,
  REVOKED,
  SET_ALARM,
  SILENCE,
  step,
  WATCH,
} from "./exchange-machine.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const timeouts = { firstByte: 300_000, idle: 120_000 };

type Given = { stream?: boolean; total?: number; firstByte?: number; idle?: number };
type Happening = [event: ExchangeEvent, atMs: number];

/** Lets happen, one after the other, what is given as events and milliseconds after the request came. */
function after(given: Given, ...happened: Happening[]): { state: ExchangeState; effects: number[] } {
  const state = begin(NOW, given.stream ?? false, { ...timeouts, ...given });
  return { state, effects: happened.map(([event, at]) => step(state, event, NOW + at)) };
}

const lastOf = (...args: Parameters<typeof after>): number => after(...args).effects.at(-1) ?? 0;
const next = (...args: Parameters<typeof after>): number => nextAt(after(...args).state) - NOW;

describe("while nothing comes", () => {
  test("the alarm rings first when the request is to be kept, then when its caller is to be watched, then at its time limit", () => {
    expect(next({})).toBe(KEPT);
    expect(next({}, ["alarm", KEPT])).toBe(LONG);
    expect(next({}, ["alarm", KEPT], ["alarm", LONG])).toBe(timeouts.firstByte);
    expect(next({ stream: true }, ["alarm", KEPT], ["alarm", LONG])).toBe(SILENCE);
    expect(next({ stream: true }, ["alarm", SILENCE])).toBe(timeouts.firstByte);
    expect(next({ total: 50 })).toBe(50);
  });

  test.each<[string, Given, Happening[], number]>([
    ["too early: it waits on", {}, [["alarm", 20]], SET_ALARM],
    ["after 100 ms it is kept", {}, [["alarm", KEPT]], SET_ALARM | KEEP],
    [
      "after 1 s its caller is watched",
      {},
      [
        ["alarm", KEPT],
        ["alarm", LONG],
      ],
      SET_ALARM | WATCH,
    ],
    [
      "after 5 s of a stream the silence is broken",
      { stream: true },
      [
        ["alarm", LONG],
        ["alarm", SILENCE],
      ],
      SET_ALARM | BREAK_SILENCE,
    ],
    [
      "after 5 s of what is no stream nothing is said",
      {},
      [
        ["alarm", LONG],
        ["alarm", SILENCE],
      ],
      SET_ALARM,
    ],
    [
      "all at once where the alarm comes late",
      { stream: true },
      [["alarm", 6_000]],
      SET_ALARM | KEEP | WATCH | BREAK_SILENCE,
    ],
    [
      "not twice",
      { stream: true },
      [
        ["alarm", 6_000],
        ["alarm", 7_000],
      ],
      SET_ALARM,
    ],
    ["a provider that did not begin", {}, [["alarm", 300_000]], CLEAR_ALARM | RECORD | DID_NOT_BEGIN],
    [
      "a provider that did not begin, after comments",
      { stream: true },
      [
        ["alarm", 6_000],
        ["alarm", 300_000],
      ],
      CLEAR_ALARM | RECORD | DID_NOT_BEGIN,
    ],
    [
      "a provider that fell silent",
      {},
      [
        ["head", 500],
        ["alarm", 120_500],
      ],
      CLEAR_ALARM | RECORD | FELL_SILENT,
    ],
    ["the limit on the whole comes first", { total: 300_000 }, [["alarm", 300_000]], CLEAR_ALARM | RECORD | OVERDUE],
    [
      "the limit on the whole holds for who goes on",
      { total: 60_000 },
      [
        ["head", 1],
        ["bytes", 59_999],
        ["alarm", 60_000],
      ],
      CLEAR_ALARM | RECORD | OVERDUE,
    ],
  ])("%s", (_, given, happened, effects) => {
    expect(lastOf(given, ...happened)).toBe(effects);
  });

  test("what comes moves the time limit, and the first of it is when the answer began", () => {
    const { state, effects } = after({}, ["head", 700], ["bytes", 90_000]);
    expect(effects).toEqual([SET_ALARM, SET_ALARM]);
    expect(state.begunAt).toBe(NOW + 700);
    expect(state.due).toBe(NOW + 90_000 + timeouts.idle);
    expect(step(state, "alarm", NOW + 200_000) & GIVE_UP).toBe(0);
  });
});

describe("who wins", () => {
  test.each<[string, Given, Happening[], number[]]>([
    [
      "an answer before its limit",
      {},
      [
        ["head", 10],
        ["whole", 12],
        ["ended", 12],
        ["alarm", 300_000],
      ],
      [SET_ALARM, CLEAR_ALARM, RECORD, 0],
    ],
    [
      "the limit before the answer",
      {},
      [
        ["alarm", 300_000],
        ["head", 300_001],
        ["ended", 300_002],
      ],
      [CLEAR_ALARM | RECORD | DID_NOT_BEGIN, LET_GO, 0],
    ],
    [
      "the limit while an answer is taken whole",
      {},
      [
        ["head", 1],
        ["alarm", 120_001],
        ["bytes", 120_002],
        ["whole", 120_003],
      ],
      [SET_ALARM, CLEAR_ALARM | RECORD | FELL_SILENT, LET_GO, LET_GO],
    ],
    [
      "a client that hung up before the answer",
      { stream: true },
      [
        ["alarm", 5_000],
        ["client gone", 10_000],
        ["head", 11_000],
        ["failed", 11_001],
      ],
      [SET_ALARM | KEEP | WATCH | BREAK_SILENCE, CLEAR_ALARM | RECORD | CLIENT_GONE, LET_GO, 0],
    ],
    [
      "a stream that flows: whoever carries it says how it ended",
      { stream: true },
      [
        ["head", 5],
        ["flowing", 5],
        ["client gone", 50],
        ["ended", 60],
      ],
      [SET_ALARM, 0, 0, RECORD],
    ],
    [
      "a revocation before the answer",
      {},
      [
        ["alarm", 1_000],
        ["revoked", 3_000],
        ["flowing", 4_000],
      ],
      [SET_ALARM | KEEP | WATCH, CLEAR_ALARM | RECORD | REVOKED, LET_GO],
    ],
    [
      "a revocation of what flows, which is cut and then ends",
      { stream: true },
      [
        ["head", 5],
        ["flowing", 5],
        ["long", 1_005],
        ["revoked", 3_000],
        ["ended", 3_001],
      ],
      [SET_ALARM, 0, WATCH, CUT, RECORD],
    ],
    [
      "a revocation after the end",
      {},
      [
        ["head", 5],
        ["whole", 5],
        ["ended", 5],
        ["revoked", 6],
      ],
      [SET_ALARM, CLEAR_ALARM, RECORD, 0],
    ],
    [
      "a provider's own error",
      {},
      [
        ["head", 5],
        ["refused", 6],
        ["failed", 7],
      ],
      [SET_ALARM, CLEAR_ALARM | RECORD, 0],
    ],
    [
      "an answer that breaks off while it is taken whole",
      {},
      [
        ["head", 5],
        ["bytes", 6],
        ["failed", 7],
      ],
      [SET_ALARM, SET_ALARM, CLEAR_ALARM | RECORD],
    ],
    [
      "who is watched already is not watched twice",
      { stream: true },
      [
        ["alarm", 1_000],
        ["head", 1_200],
        ["flowing", 1_200],
        ["long", 2_200],
      ],
      [SET_ALARM | KEEP | WATCH, SET_ALARM, 0, 0],
    ],
  ])("%s", (_, given, happened, effects) => {
    expect(after(given, ...happened).effects).toEqual(effects);
  });
});

/** Park and Miller's: the same walks every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

const events: readonly ExchangeEvent[] = [
  "head",
  "bytes",
  "alarm",
  "alarm",
  "alarm",
  "whole",
  "flowing",
  "long",
  "refused",
  "failed",
  "client gone",
  "revoked",
  "ended",
];

test("whatever happens, in any order: one record, nothing after it, each thing once, and always an end", () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const roll = dice(seed);
    const total = roll(3) === 0 ? 1 + roll(400_000) : undefined;
    const state = begin(NOW, roll(2) === 0, { firstByte: 100 + roll(200_000), idle: 100 + roll(200_000), total });
    const count = { records: 0, keeps: 0, watches: 0, breaks: 0 };
    let now = NOW;
    const happens = (event: ExchangeEvent) => {
      const before = state.phase;
      const effects = step(state, event, now);
      const where = `walk ${seed}: ${event} at ${now - NOW} ms, while ${before}`;
      if (before === "done") expect(effects & ~LET_GO, where).toBe(0);
      expect(Boolean(effects & RECORD), where).toBe(before !== "done" && state.phase === "done");
      if (effects & GIVE_UP) expect(effects & RECORD, where).toBe(RECORD);
      if (effects & BREAK_SILENCE) expect(before, where).toBe("waiting");
      if (effects & CUT) expect(before, where).toBe("relaying");
      // Else it would ring for ever without a pause.
      if (effects & SET_ALARM && event === "alarm") expect(nextAt(state), where).toBeGreaterThan(now);
      count.records += effects & RECORD ? 1 : 0;
      count.keeps += effects & KEEP ? 1 : 0;
      count.watches += effects & WATCH ? 1 : 0;
      count.breaks += effects & BREAK_SILENCE ? 1 : 0;
    };
    for (let i = roll(12); i > 0; i--) {
      const event = events[roll(events.length)] ?? "alarm";
      now = event === "alarm" && state.phase !== "relaying" ? Math.max(now, nextAt(state)) : now + roll(3_000);
      happens(event);
    }
    // From here on nothing comes any more: what waits is given up in time, what flows is ended by whoever carries it.
    for (let rings = 0; state.phase === "waiting" || state.phase === "silent"; rings++) {
      expect(rings, `walk ${seed} ends`).toBeLessThan(5);
      now = Math.max(now, nextAt(state));
      happens("alarm");
    }
    for (const event of ["ended", "ended", ...events] as const) happens(event);
    expect(state.phase).toBe("done");
    expect(count.records).toBe(1);
    for (const times of [count.keeps, count.watches, count.breaks]) expect(times).toBeLessThanOrEqual(1);
  }
});
