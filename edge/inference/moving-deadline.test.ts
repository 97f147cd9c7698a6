import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MovingDeadline } from "./moving-deadline.ts";

let rung: string[];
const alarm = (): { alarm: MovingDeadline; at: (name: string, milliseconds: number) => void } => {
  const one = new MovingDeadline();
  return { alarm: one, at: (name, milliseconds) => one.set(milliseconds, () => rung.push(`${name} ${Date.now()}`)) };
};

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  rung = [];
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("rings once, when it is due", () => {
  const { at } = alarm();
  at("late", 15_000);
  vi.advanceTimersByTime(14_999);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(rung).toEqual(["late 15000"]);
});

test("what is set later replaces what was set before, sooner or later", () => {
  const { at } = alarm();
  at("first", 15_000);
  vi.advanceTimersByTime(200);
  at("sooner", 50);
  vi.advanceTimersByTime(100);
  expect(rung).toEqual(["sooner 250"]);
  at("again", 20);
  at("later", 1_000);
  vi.advanceTimersByTime(60_000);
  expect(rung).toEqual(["sooner 250", "later 1300"]);
});

test("moving the deadline of a young alarm starts no second timer", () => {
  const start = vi.spyOn(globalThis, "setTimeout");
  const { alarm: one, at } = alarm();
  at("first byte", 300_000);
  at("look", 100);
  expect(start).toHaveBeenCalledTimes(1);
  one.clear();
  vi.advanceTimersByTime(600_000);
  expect(rung).toEqual([]);
});

test("one that rings may set the next", () => {
  const { alarm: one } = alarm();
  const look = () => {
    rung.push(String(Date.now()));
    if (rung.length < 3) one.set(1_000, look);
  };
  one.set(100, look);
  vi.advanceTimersByTime(10_000);
  expect(rung).toEqual(["100", "1100", "2100"]);
});

test("one that is cleared rings no more, and can be set again; only a timer that would last is stopped", () => {
  const stop = vi.spyOn(globalThis, "clearTimeout");
  const { alarm: one, at } = alarm();
  at("first byte", 300_000);
  one.clear();
  expect(stop).not.toHaveBeenCalled();
  at("again", 1_000);
  vi.advanceTimersByTime(500);
  one.clear();
  expect(stop).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(600_000);
  expect(rung).toEqual([]);
  at("once more", 50);
  vi.advanceTimersByTime(50);
  expect(rung).toEqual(["once more 600550"]);
});
