import { describe, expect, test } from "vitest";
import { NamedAlarm } from "../objects/alarm.ts";
import { Dependents, MAX_DEPENDENTS } from "./dependents.ts";

/** What an object has of storage, in memory. */
function storage() {
  const kept = new Map<string, unknown>();
  let alarm: number | undefined;
  const kv = {
    get: (key: string) => kept.get(key),
    put: (key: string, value: unknown) => void kept.set(key, value),
    delete: (key: string) => kept.delete(key),
    list: ({ prefix = "" }: { prefix?: string }) => [...kept].filter(([key]) => key.startsWith(prefix)),
  };
  const real = {
    kv,
    setAlarm: async (at: number) => {
      alarm = at;
    },
    deleteAlarm: async () => {
      alarm = undefined;
    },
    getAlarm: async () => alarm ?? null,
  } as unknown as DurableObjectStorage;
  /** An instance of the object: each has the same storage. */
  const instance = (tell: (name: string) => Promise<boolean>) =>
    new Dependents(real, new NamedAlarm(real, ["tell"], { kept: true }), tell);
  return { instance, alarm: () => alarm };
}

describe("a session that hangs on a principal", () => {
  test("is told of every change, also by an instance that begins anew, until it says that it hangs there no more", async () => {
    const { instance, alarm } = storage();
    const told: string[] = [];
    const tell = async (name: string) => {
      told.push(name);
      return name !== "publisher:moved";
    };
    const first = instance(tell);
    for (const name of ["publisher:a", "publisher:moved", "publisher:gone"]) first.add(name);
    first.remove("publisher:gone");
    const second = instance(tell);
    await second.changed();
    expect(told.splice(0).sort()).toEqual(["publisher:a", "publisher:moved"]);
    await second.changed();
    expect(told).toEqual(["publisher:a"]);
    expect(alarm(), "nobody is left to be told").toBeUndefined();
  });

  test("is told again alone when it was not reached, later each time; an alarm is set before anybody is told", async () => {
    const { instance, alarm } = storage();
    const down = new Set(["publisher:a"]);
    const told: string[] = [];
    const dependents = instance(async (name) => {
      expect(alarm()).toBeDefined();
      told.push(name);
      if (down.has(name)) throw new Error("moved");
      return true;
    });
    for (const name of ["publisher:a", "publisher:b"]) dependents.add(name);
    await dependents.changed();
    expect(told.splice(0).sort()).toEqual(["publisher:a", "publisher:b"]);
    expect(alarm()).toBeLessThanOrEqual(Date.now() + 1_000);
    for (const seconds of [2, 4, 8]) {
      await dependents.due();
      expect(told.splice(0)).toEqual(["publisher:a"]);
      expect(alarm()).toBeGreaterThan(Date.now() + seconds * 1_000 - 500);
    }
    down.clear();
    await dependents.due();
    expect(told.splice(0)).toEqual(["publisher:a"]);
    expect(alarm()).toBeUndefined();
    expect(dependents.any()).toBe(true);
  });

  test("that does not answer delays neither the write nor the others", async () => {
    const { instance, alarm } = storage();
    const told: string[] = [];
    const dependents = instance((name) => {
      if (name.startsWith("publisher:hangs")) return new Promise(() => {});
      told.push(name);
      return Promise.resolve(true);
    });
    for (let i = 0; i < 120; i++) dependents.add(`publisher:hangs-${i}`);
    dependents.add("publisher:b");
    const began = performance.now();
    await dependents.changed();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(alarm()).toBeDefined();
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(["publisher:b"]);
  });

  test("is told of what changed while others were being told", async () => {
    const { instance } = storage();
    const times = new Map<string, number>();
    const slow = Promise.withResolvers<boolean>();
    const dependents = instance((name) => {
      const n = (times.get(name) ?? 0) + 1;
      times.set(name, n);
      return name === "publisher:slow" && n === 1 ? slow.promise : Promise.resolve(true);
    });
    for (const name of ["publisher:slow", "publisher:x"]) dependents.add(name);
    const first = dependents.changed();
    const more = [dependents.changed(), dependents.changed(), dependents.changed()];
    slow.resolve(true);
    await Promise.all([first, ...more]);
    // What changed three times meanwhile is told once.
    expect(times.get("publisher:x")).toBe(2);
    expect(times.get("publisher:slow")).toBe(2);
  });

  test("is told by the next instance where this one did not finish", async () => {
    const { instance } = storage();
    const dies = instance(() => new Promise(() => {}));
    dies.add("publisher:a");
    void dies.changed();
    const told: string[] = [];
    const next = instance(async (name) => {
      told.push(name);
      return true;
    });
    await next.due();
    expect(told).toEqual(["publisher:a"]);
  });

  test("stays when it hangs there anew while its earlier no was on its way", async () => {
    const { instance } = storage();
    const dependents = instance(async () => {
      dependents.add("publisher:a");
      return false;
    });
    dependents.add("publisher:a");
    await dependents.changed();
    expect(dependents.any()).toBe(true);
  });

  test("is one of a bounded number, and is not counted twice", () => {
    const { instance } = storage();
    const dependents = instance(async () => true);
    for (let i = 0; i < MAX_DEPENDENTS; i++) expect(dependents.add(`publisher:${i}`)).toBe(true);
    expect(dependents.add("publisher:more")).toBe(false);
    expect(dependents.add("publisher:7")).toBe(true);
  });
});
