import { describe, expect, test } from "vitest";
import { Kept, type Limits, nextStep, type State } from "./kept.ts";

const limits: Limits = {
  ...{ renewAfter: 100, freshFor: 100, staleFor: 600 },
  ...{ pause: 10, atOnce: 2, patience: 50, newer: { burst: 3, refillMs: 20 } },
};

function keep(more: Partial<Limits> = {}) {
  const world = { now: 1_000, reads: 0, document: "1", down: false, gate: undefined as Promise<void> | undefined };
  const kept = new Kept(
    async () => {
      world.reads++;
      const { document, down, gate } = world;
      await gate;
      if (down) throw new Error("down");
      return document;
    },
    { ...limits, ...more },
    () => world.now,
  );
  return { world, kept };
}

describe("a document that is kept", () => {
  test("is read once while it is fresh, and again when it is old", async () => {
    const { world, kept } = keep();
    for (let i = 0; i < 5; i++) expect(await kept.get()).toBe("1");
    expect(world.reads).toBe(1);
    world.document = "2";
    world.now += 99;
    expect(await kept.get()).toBe("1");
    world.now += 1;
    expect(await kept.get()).toBe("2");
    expect(world.reads).toBe(2);
  });

  test("serves while it can't be read, and no longer than it may", async () => {
    const { world, kept } = keep();
    await kept.get();
    world.down = true;
    world.now += 599;
    expect(await kept.get()).toBe("1");
    world.now += 1;
    await expect(kept.get()).rejects.toThrow("down");
  });

  test("is not asked for in the pause after a failure: the same failure is told", async () => {
    const { world, kept } = keep();
    world.down = true;
    for (let i = 0; i < 5; i++) await expect(kept.get()).rejects.toThrow("down");
    expect(world.reads).toBe(1);
    world.down = false;
    world.now += 9;
    await expect(kept.get()).rejects.toThrow("down");
    world.now += 1;
    expect(await kept.get()).toBe("1");
  });

  test("is read anew where it did not do, only so often, and the first reading counts", async () => {
    const { world, kept } = keep();
    await kept.get();
    world.document = "2";
    expect(await kept.newer()).toBe("2");
    expect(await kept.get()).toBe("2");
    expect(await kept.newer()).toBe("2");
    expect(await kept.newer()).toBeUndefined();
    world.now += 20;
    expect(await kept.newer()).toBe("2");
    expect(world.reads).toBe(4);
  });

  test("stays where reading it anew fails, and that is told to who asked", async () => {
    const { world, kept } = keep();
    await kept.get();
    world.down = true;
    await expect(kept.newer()).rejects.toThrow("down");
    expect(await kept.get()).toBe("1");
  });

  test("is asked for by few at once, and each asks for itself", async () => {
    const { world, kept } = keep();
    let open = () => {};
    world.gate = new Promise((r) => {
      open = r;
    });
    const first = [kept.get(), kept.get()];
    await expect(kept.get()).rejects.toThrow("at once");
    open();
    expect(await Promise.all(first)).toEqual(["1", "1"]);
    expect(world.reads).toBe(2);
    expect(await kept.get()).toBe("1");
  });

  test("is read although those who asked for it went away before there was an answer", async () => {
    const { world, kept } = keep();
    world.gate = new Promise(() => {});
    void kept.get();
    void kept.get();
    world.gate = undefined;
    world.now += 49;
    await expect(kept.get()).rejects.toThrow("at once");
    world.now += 1;
    expect(await kept.get()).toBe("1");
  });

  test("is not replaced by an answer to who asked earlier", async () => {
    const { world, kept } = keep();
    let open = () => {};
    world.gate = new Promise((r) => {
      open = r;
    });
    const slow = kept.get();
    world.gate = undefined;
    world.document = "2";
    world.now += 1;
    expect(await kept.get()).toBe("2");
    open();
    expect(await slow).toBe("1");
    expect(await kept.get()).toBe("2");
  });
});

describe("the decision", () => {
  const state: State = { at: undefined, failedAt: undefined, asking: [], bucket: undefined };

  test.each<[Partial<State>, "copy" | "newer", string]>([
    [{}, "copy", "ask"],
    [{ at: 950 }, "copy", "use"],
    [{ at: 900 }, "copy", "ask"],
    [{ at: 900, failedAt: 995 }, "copy", "use"],
    [{ at: 400, failedAt: 995 }, "copy", "fail"],
    [{ at: 900, asking: [990, 990] }, "copy", "use"],
    [{ asking: [990, 990] }, "copy", "fail"],
    [{ asking: [990, 950] }, "copy", "ask"],
    [{ at: 950 }, "newer", "ask"],
    [{ at: 950, failedAt: 995 }, "newer", "use"],
    [{ at: 950, asking: [990, 990] }, "newer", "use"],
    [{ at: 950, bucket: { left: 0.5, at: 1_000 } }, "newer", "use"],
  ])("with %j for who wants a %s: %s", (held, wants, step) => {
    expect(nextStep({ ...state, ...held }, wants, limits, 1_000)).toBe(step);
  });
});
