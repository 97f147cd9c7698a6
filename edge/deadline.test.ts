import { expect, test, vi } from "vitest";
import { within } from "./deadline.ts";

const late = () => new Error("too late");

test("what comes in time is what it is, failures too", async () => {
  expect(await within(Promise.resolve(7), 1_000, late)).toBe(7);
  await expect(within(Promise.reject(new Error("its own")), 1_000, late)).rejects.toThrow("its own");
});

test("what does not come is given up, with the error that was asked for", async () => {
  vi.useFakeTimers();
  try {
    const never = new Promise<never>(() => {});
    const given = within(never, 1_000, late).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(999);
    expect(await Promise.race([given, "still waiting"])).toBe("still waiting");
    await vi.advanceTimersByTimeAsync(1);
    expect(await given).toBe("too late");
  } finally {
    vi.useRealTimers();
  }
});

test("no timer is left behind, and what fails later is nobody's uncaught error", async () => {
  vi.useFakeTimers();
  try {
    await within(Promise.resolve(), 1_000, late);
    await within(Promise.reject(new Error("x")), 1_000, late).catch(() => {});
    expect(vi.getTimerCount()).toBe(0);
    const work = Promise.withResolvers<void>();
    const given = within(work.promise, 10, late).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(10);
    work.reject(new Error("later"));
    expect(await given).toBe("too late");
  } finally {
    vi.useRealTimers();
  }
});
