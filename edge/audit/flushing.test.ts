import { describe, expect, test } from "vitest";
import { verifies } from "../../tests/requirements.ts";
import { type Flushing, idle, step } from "./flushing.ts";

describe("step", () => {
  test("the first event sets the alarm, the next ones don't move it", () => {
    const first = step(idle, { is: "appended" }, 1000, 0);
    expect(first.alarm).toBe(1500);
    expect(step(first.state, { is: "appended" }, 1400, 0)).toEqual({ state: first.state, alarm: undefined });
  });

  test("a flush that empties the buffer rests, one that does not goes on", () => {
    const state: Flushing = { alarmAt: 1500, failures: 3 };
    expect(step(state, { is: "flushed", waiting: 0 }, 1600, 0)).toEqual({ state: idle, alarm: undefined });
    expect(step(state, { is: "flushed", waiting: 2 }, 1600, 0)).toEqual({
      state: { alarmAt: 1600, failures: 0 },
      alarm: 1600,
    });
  });

  test("failures wait longer and longer, up to half a minute, with jitter", () => {
    let state = idle;
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const next = step(state, { is: "failed" }, 0, 1);
      pauses.push(next.alarm ?? -1);
      state = next.state;
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    expect(step(idle, { is: "failed" }, 0, 0).alarm).toBe(500);
  });

  test(verifies("audit.off-path", "while the store is down, events wait for the alarm that is set"), () => {
    const failed = step(idle, { is: "failed" }, 0, 1);
    expect(step(failed.state, { is: "appended" }, 10, 0).alarm).toBeUndefined();
  });

  test("a restart keeps a set alarm, and sets one for events that have none", () => {
    expect(step(idle, { is: "loaded", waiting: 5, alarmAt: 700 }, 100, 0)).toEqual({
      state: { alarmAt: 700, failures: 0 },
      alarm: undefined,
    });
    expect(step(idle, { is: "loaded", waiting: 5, alarmAt: undefined }, 100, 0).alarm).toBe(100);
    expect(step(idle, { is: "loaded", waiting: 0, alarmAt: undefined }, 100, 0).alarm).toBeUndefined();
  });
});
