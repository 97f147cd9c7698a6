import { describe, expect, test } from "vitest";
import { NamedAlarm } from "./alarm.ts";

/** What an object has of storage, in memory; it outlives the object. */
function disk() {
  const kept = new Map<string, unknown>();
  const calls: string[] = [];
  let alarm: number | null = null;
  const storage = {
    kv: { get: (key: string) => kept.get(key), put: (key: string, value: unknown) => void kept.set(key, value) },
    getAlarm: async () => alarm,
    setAlarm: async (at: number) => {
      alarm = at;
      calls.push(`set ${at}`);
    },
    deleteAlarm: async () => {
      alarm = null;
      calls.push("delete");
    },
  } as unknown as DurableObjectStorage;
  return { storage, calls, alarm: () => alarm, runs: () => (alarm = null) };
}

describe("an object's one alarm", () => {
  test("is set for the earliest of what is due, and written only when that moves", async () => {
    const { storage, calls } = disk();
    const alarm = new NamedAlarm(storage, ["tell", "renew"]);
    await alarm.next({ tell: 500 });
    await alarm.next({ renew: 900 });
    await alarm.next({ tell: 500 });
    await alarm.next({ renew: 300 });
    await alarm.next({ renew: undefined });
    await alarm.next({ tell: undefined });
    await alarm.next({});
    expect(calls).toEqual(["set 500", "set 300", "set 500", "delete"]);
    await alarm.all({ tell: 100, renew: 200 });
    await alarm.all({ renew: 200 });
    expect(calls.slice(4)).toEqual(["set 100", "set 200"]);
  });

  test("names what is due when it rings, and is set for the rest", async () => {
    const { storage, alarm, runs } = disk();
    const it = new NamedAlarm(storage, ["tell", "renew", "end"]);
    await it.next({ tell: 100, renew: 100, end: 700 });
    runs();
    expect(await it.fired(100)).toEqual(["tell", "renew"]);
    expect(alarm()).toBe(700);
    runs();
    expect(await it.fired(650), "it rang too early").toEqual([]);
    expect(alarm()).toBe(700);
  });

  test("knows after a restart what it was for, where its object asks for that", async () => {
    const { storage, alarm, runs } = disk();
    await new NamedAlarm(storage, ["tell", "renew"], { kept: true }).next({ tell: 100, renew: 400 });
    runs();
    expect(await new NamedAlarm(storage, ["tell", "renew"], { kept: true }).fired(120)).toEqual(["tell"]);
    expect(alarm()).toBe(400);
  });

  test("is for everything, where nothing says what it was for: also when its object fell while it worked", async () => {
    const { storage, runs } = disk();
    const first = new NamedAlarm(storage, ["tell", "renew"], { kept: true });
    await first.next({ tell: 100 });
    runs();
    await first.fired(100);
    expect(await new NamedAlarm(storage, ["tell", "renew"], { kept: true }).fired(100)).toEqual(["tell", "renew"]);
  });

  test("of a single name is read back from the alarm itself", async () => {
    const { storage, calls } = disk();
    await new NamedAlarm(storage, ["flush"]).next({ flush: 100 });
    const again = new NamedAlarm(storage, ["flush"]);
    expect(await again.restored("flush")).toBe(100);
    await again.next({ flush: 100 });
    expect(calls).toEqual(["set 100"]);
  });
});
