import { describe, expect, test } from "vitest";
import { poll, shownCode, typedCode, userCodeFrom, type Waiting } from "./device-machine.ts";

const now = 1_000_000;
const waiting: Waiting = { state: "pending", interval: 5, polledAt: undefined, expiresAt: now + 1 };

describe("a device that polls", () => {
  test.each<[string, Waiting | undefined, ReturnType<typeof poll>]>([
    ["is not known", undefined, { is: "expired" }],
    ["waits for the first time", waiting, { is: "pending" }],
    ["waits long enough", { ...waiting, polledAt: now - 5_000 }, { is: "pending" }],
    ["comes a little early", { ...waiting, polledAt: now - 4_600 }, { is: "pending" }],
    ["comes too early", { ...waiting, polledAt: now - 4_000 }, { is: "too-fast", interval: 10 }],
    ["comes too early again", { ...waiting, interval: 10, polledAt: now - 6_000 }, { is: "too-fast", interval: 15 }],
    ["is approved", { ...waiting, state: "approved" }, { is: "approved" }],
    ["is approved and too early", { ...waiting, state: "approved", polledAt: now }, { is: "too-fast", interval: 10 }],
    ["is denied", { ...waiting, state: "denied" }, { is: "denied" }],
    ["is too late", { ...waiting, expiresAt: now }, { is: "expired" }],
    ["is too late for its approval", { ...waiting, state: "approved", expiresAt: now }, { is: "expired" }],
  ])("and %s", (_, device, told) => {
    expect(poll(device, now)).toEqual(told);
  });
});

describe("a user's code", () => {
  test("has 8 letters, each as likely as the other", () => {
    const code = userCodeFrom(Uint8Array.from({ length: 40 }, (_, i) => i * 6));
    expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
    // 240 to 255 would make the first letters likelier.
    expect(userCodeFrom(new Uint8Array(40).fill(240))).toBeUndefined();
    expect(userCodeFrom(new Uint8Array(7))).toBeUndefined();
    expect(userCodeFrom(new Uint8Array(8).fill(239))).toBe("Z".repeat(8));
  });

  test("is understood however it is typed", () => {
    for (const text of ["bcdf-ghjk", "BCDFGHJK", " b c d f – g h j k ", shownCode("BCDFGHJK")])
      expect(typedCode(text)).toBe("BCDFGHJK");
    expect(typedCode("x".repeat(1_000)).length).toBe(32);
  });
});
