import { describe, expect, test } from "vitest";
import type { AuditEvent } from "#db/protocol/audit";
import { Gathering } from "./gathering.ts";

const event: Omit<AuditEvent, "id" | "time"> = {
  kind: "auth",
  principal: "a",
  tokenName: null,
  tokenHash: null,
  project: null,
  correlation: null,
  payload: {},
};

function given() {
  const calls: AuditEvent[][] = [];
  const world = { now: 0, fail: 0, calls, during: () => {} };
  const waiting: { for: number; go: () => void }[] = [];
  const gathering = new Gathering({
    now: () => world.now,
    wait: (ms) => new Promise((go) => waiting.push({ for: ms, go })),
    handOver: async (events, count) => {
      world.during();
      if (world.fail-- > 0) throw new Error("gone");
      const parsed = JSON.parse(events) as AuditEvent[];
      expect(parsed).toHaveLength(count);
      calls.push(parsed);
    },
  });
  const work: Promise<unknown>[] = [];
  const add = (n = 1, payload = {}) => {
    for (let i = 0; i < n; i++) gathering.add({ ...event, payload }, (w) => work.push(w));
  };
  /** Lets every pause pass until nobody waits. */
  const settle = async () => {
    const paused: number[] = [];
    for (let quiet = 0; quiet < 20; quiet++) {
      await Promise.resolve();
      const next = waiting.shift();
      if (!next) continue;
      quiet = 0;
      paused.push(next.for);
      world.now += next.for;
      next.go();
    }
    return paused;
  };
  return { world, add, settle, work };
}

describe("Gathering", () => {
  test("a hundred events in 50 ms are one call", async () => {
    const { world, add, settle, work } = given();
    add(100);
    expect(work).toHaveLength(1);
    expect(await settle()).toEqual([50]);
    expect(world.calls.map((c) => c.length)).toEqual([100]);
    expect(new Set(world.calls[0]?.map((e) => e.id)).size).toBe(100);
  });

  test("what comes while a call is under way waits for company, however many calls there are", async () => {
    const { world, add, settle, work } = given();
    const late = [2, 700];
    world.during = () => add(late.shift() ?? 0);
    add(3);
    expect(await settle()).toEqual([50, 50, 50]);
    await Promise.all(work);
    expect(world.calls.map((c) => c.length)).toEqual([3, 2, 500, 200]);
  });

  test("a call is bounded", async () => {
    const { world, add, settle } = given();
    add(1200);
    await settle();
    expect(world.calls.map((c) => c.length)).toEqual([500, 500, 200]);
  });

  test("a call is bounded in size, too: no value of the buffer may be larger than SQLite's", async () => {
    const { world, add, settle } = given();
    add(10, { fields: "€".repeat(200_000) });
    await settle();
    for (const call of world.calls)
      expect(new TextEncoder().encode(JSON.stringify(call)).length).toBeLessThan(2_000_000);
    expect(world.calls.flat()).toHaveLength(10);
  });

  test("tried again with the same ids", async () => {
    const { world, add, settle } = given();
    world.fail = 2;
    add(3);
    expect(await settle()).toEqual([50, 200, 1000]);
    expect(world.calls.map((c) => c.length)).toEqual([3]);
  });

  test("what could not be handed over goes with the next", async () => {
    const { world, add, settle, work } = given();
    world.fail = 4;
    add(3);
    await settle();
    expect(world.calls).toEqual([]);
    add(1);
    await settle();
    await Promise.all(work);
    expect(world.calls.map((c) => c.length)).toEqual([4]);
  });

  test("a delivery that died with its request is undertaken anew", () => {
    const { world, add, work } = given();
    add();
    world.now = 9_999;
    add();
    expect(work).toHaveLength(1);
    world.now = 10_000;
    add();
    expect(work).toHaveLength(2);
  });
});
