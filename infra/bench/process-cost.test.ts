import { expect, test } from "vitest";
import { costOf, parseStat, treeOf } from "./process-cost.ts";

test("a process whose name holds brackets and spaces is read from the name's end", () => {
  const line = "42 (a (b) c) S 7 42 42 0 -1 4194304 1 0 0 0 150 50 0 0 20 0 11 0 1 1 1 1";
  expect(parseStat(line)).toEqual({ pid: 42, parent: 7, ticks: 200 });
});

test("a tree holds children and their children, and no others", () => {
  const row = (pid: number, parent: number) => ({ pid, parent, ticks: 1 });
  const all = [row(1, 0), row(10, 1), row(11, 10), row(12, 11), row(20, 1)];
  expect(treeOf(10, all).map((p) => p.pid)).toEqual([10, 11, 12]);
});

test.runIf(process.platform === "linux")("this process has cost something", () => {
  const cost = costOf(process.pid);
  expect(cost?.cpuSeconds).toBeGreaterThan(0);
  expect(cost?.peakMb).toBeGreaterThan(10);
});
