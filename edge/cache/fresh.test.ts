import { describe, expect, test } from "vitest";
import { Fresh } from "./fresh.ts";

const limits = { renewAfter: 2000, freshFor: 5000, staleFor: 60_000, size: 3 };

function given(values: Record<string, string | undefined> = { a: "1" }) {
  const world = { now: 0, loads: 0, down: false, broken: false, values, gate: undefined as Promise<void> | undefined };
  const background: Promise<unknown>[] = [];
  const fresh = new Fresh<string>(
    {
      now: () => world.now,
      isDown: (e) => (e as Error).message === "down",
      load: async (name) => {
        world.loads++;
        const seen = world.values[name];
        await world.gate;
        if (world.down) throw new Error("down");
        if (world.broken) throw new Error("broken");
        return seen;
      },
    },
    limits,
  );
  const get = async (name = "a") => fresh.get(name, (w) => background.push(w));
  return { world, fresh, get, settle: () => Promise.all(background) };
}

describe("Fresh", () => {
  test("young: no load", async () => {
    const { world, get } = given();
    expect(await get()).toBe("1");
    world.now = 1999;
    expect(await get()).toBe("1");
    expect(world.loads).toBe(1);
  });

  test("ageing: answered at once from the copy and renewed behind", async () => {
    const { world, get, settle } = given();
    await get();
    world.values = { a: "2" };
    world.now = 3000;
    expect(await get()).toBe("1");
    await settle();
    expect(await get()).toBe("2");
    expect(world.loads).toBe(2);
  });

  test("old: asked before answering", async () => {
    const { world, get } = given();
    await get();
    world.values = { a: "2" };
    world.now = 5000;
    expect(await get()).toBe("2");
  });

  test("store down: the copy serves for a minute, then the error does", async () => {
    const { world, get } = given();
    await get();
    world.down = true;
    world.now = 59_999;
    expect(await get()).toBe("1");
    world.now = 60_000;
    await expect(get()).rejects.toThrow("down");
  });

  test("another error is not hidden behind an old copy", async () => {
    const { world, get } = given();
    await get();
    world.broken = true;
    world.now = 5000;
    await expect(get()).rejects.toThrow("broken");
  });

  test("a failed renewal is tried again by the next", async () => {
    const { world, get, settle } = given();
    await get();
    world.down = true;
    world.now = 3000;
    await get();
    await settle();
    world.down = false;
    world.values = { a: "2" };
    await get();
    await settle();
    expect(await get()).toBe("2");
  });

  test("a hundred at once load once", async () => {
    const { world, get } = given();
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => get())))).toEqual(new Set(["1"]));
    expect(world.loads).toBe(1);
  });

  test("absence is not remembered", async () => {
    const { world, get } = given({});
    expect(await get()).toBeUndefined();
    world.values = { a: "1" };
    expect(await get()).toBe("1");
  });

  test("deleted: a renewal that finds nothing forgets the copy", async () => {
    const { world, get, settle } = given();
    await get();
    world.values = {};
    world.now = 3000;
    await get();
    await settle();
    expect(await get()).toBeUndefined();
  });

  test("forgotten while loading: what was loaded is not kept", async () => {
    const { world, fresh, get, settle } = given();
    let open = () => {};
    world.gate = new Promise((r) => {
      open = r;
    });
    const early = get();
    fresh.forget("a");
    world.values = { a: "2" };
    open();
    expect(await early).toBe("1");
    await settle();
    expect(await get()).toBe("2");
  });

  test("a load that hangs holds up nobody for longer than a copy is fresh", async () => {
    const { world, get } = given();
    world.gate = new Promise(() => {});
    void get();
    world.gate = undefined;
    world.now = 5000;
    expect(await get()).toBe("1");
  });

  test("bounded", async () => {
    const { world, get, settle } = given({ a: "1", b: "2", c: "3", d: "4" });
    for (const name of ["a", "b", "c", "d"]) await get(name);
    await settle();
    const before = world.loads;
    await get("d");
    expect(world.loads).toBe(before);
    await get("a");
    expect(world.loads).toBe(before + 1);
  });

  test("what nobody asks for is gone a minute later", async () => {
    const { world, get, settle } = given({ a: "1", b: "2" });
    await get("a");
    world.now = 60_000;
    await get("b");
    await settle();
    world.down = true;
    await expect(get("a")).rejects.toThrow("down");
  });
});
