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
  };
  const disk = real as unknown as DurableObjectStorage;
  const made = (tell: (name: string) => Promise<boolean>) =>
    new Dependents(disk, new NamedAlarm(disk, ["tell"], { kept: true }), tell);
  return { made, alarm: () => alarm };
}

describe("what hangs on a principal", () => {
  test("is told at every change, also by an instance that begins anew, until it says that it hangs there no more", async () => {
    const { made, alarm } = storage();
    const told: string[] = [];
    const tell = async (name: string) => {
      told.push(name);
      return name !== "publisher:moved";
    };
    const first = made(tell);
    for (const name of ["publisher:a", "publisher:moved", "publisher:gone"]) first.add(name);
    first.remove("publisher:gone");
    const second = made(tell);
    await second.tell();
    expect(told.splice(0).sort()).toEqual(["publisher:a", "publisher:moved"]);
    await second.tell();
    expect(told).toEqual(["publisher:a"]);
    expect(alarm(), "nobody is left to be told").toBeUndefined();
  });

  test("and was not reached is told again; an alarm is set before anybody is told", async () => {
    const { made, alarm } = storage();
    let down = true;
    const dependents = made(async () => {
      expect(alarm()).toBeDefined();
      if (down) throw new Error("moved");
      return true;
    });
    dependents.add("publisher:a");
    await dependents.tell();
    expect(alarm()).toBeLessThanOrEqual(Date.now() + 1_000);
    down = false;
    await dependents.tell();
    expect(alarm()).toBeUndefined();
    expect(dependents.any()).toBe(true);
  });

  test("and does not answer holds up nobody for long, and is told again", async () => {
    const { made, alarm } = storage();
    const dependents = made((name) => (name === "publisher:hangs" ? new Promise(() => {}) : Promise.resolve(true)));
    for (const name of ["publisher:hangs", "publisher:b"]) dependents.add(name);
    const began = performance.now();
    await dependents.tell();
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(alarm()).toBeDefined();
  });

  test("is bounded, and who is known already is not one more", () => {
    const { made } = storage();
    const dependents = made(async () => true);
    for (let i = 0; i < MAX_DEPENDENTS; i++) expect(dependents.add(`publisher:${i}`)).toBe(true);
    expect(dependents.add("publisher:more")).toBe(false);
    expect(dependents.add("publisher:7")).toBe(true);
  });
});
