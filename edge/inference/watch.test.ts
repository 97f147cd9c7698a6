import { expect, test } from "vitest";
import { judgeLook, type Seen } from "./watch.ts";

const at = 1_000_000;
const limits = {
  quietSince: at,
  idleMs: 120_000,
  due: Number.POSITIVE_INFINITY,
  filler: { bytes: new Uint8Array(), afterMs: 5_000 },
};
/** A stream that began at `at` and is looked at after so many milliseconds. */
const seen = (after: number, more: Partial<Seen> = {}): Seen => ({
  now: at + after,
  since: at,
  silence: false,
  heardAt: at + after - 10,
  size: 2_000,
  betweenEvents: true,
  done: false,
  fullBlock: false,
  ...more,
});

test("a stream that speaks is looked at once a second", () => {
  expect(judgeLook(seen(60_000), limits, 1_000)).toEqual({ is: "running", after: 1_000 });
});

test.each([
  ["nothing has come for 5 s", seen(5_000, { silence: true, heardAt: 0, size: 0 }), "silent"],
  ["nothing has come for less", seen(4_900, { silence: true, heardAt: 0, size: 0 }), "running"],
  ["the last event was 5 s ago", seen(9_000, { silence: true, heardAt: at + 4_000 }), "silent"],
  ["the last bytes are half an event", seen(9_000, { silence: true, heardAt: at, betweenEvents: false }), "running"],
  ["nobody knows yet whether something has come", seen(9_000, { silence: false, heardAt: at }), "running"],
  [
    "so much came that a slow client may not have it yet",
    seen(9_000, { silence: true, heardAt: at, size: 1e8 }),
    "running",
  ],
])("a silence is broken only between events, when it is one, and when nothing is on its way: %s", (_, look, is) => {
  expect(judgeLook(look, limits, 1_000).is).toBe(is);
});

test("an answer that is no stream of events is never interrupted to say something", () => {
  const look = seen(60_000, { silence: true, heardAt: at });
  expect(judgeLook(look, { ...limits, filler: undefined }, 1_000).is).toBe("running");
});

test("what the client heard before counts for its silence", () => {
  const look = seen(2_000, { silence: true, heardAt: 0, size: 0 });
  expect(judgeLook(look, { ...limits, quietSince: at - 3_000 }, 1_000).is).toBe("silent");
});

test.each([
  ["half a second later", seen(1_500, { done: true, heardAt: at + 1_000 }), "done"],
  ["not in the same moment: its own end may be here", seen(1_100, { done: true, heardAt: at + 1_000 }), "running"],
  ["later where much may be on its way", seen(1_500, { done: true, heardAt: at + 1_000, size: 9_000_000 }), "running"],
  ["but then, too", seen(4_500, { done: true, heardAt: at + 1_000, size: 9_000_000 }), "done"],
])("a stream that said [DONE] and stays open is let go %s", (_, look, is) => {
  expect(judgeLook(look, limits, 1_000).is).toBe(is);
});

test("a provider that says nothing for the time of `idle` has failed, and no sooner", () => {
  const hasty = { ...limits, idleMs: 400 };
  expect(judgeLook(seen(400, { silence: true, heardAt: 0 }), hasty, 200)).toEqual({ is: "idle" });
  expect(judgeLook(seen(399, { silence: true, heardAt: 0 }), hasty, 200)).toEqual({ is: "running", after: 1 });
  // What has gathered is not yet known at the first look.
  expect(judgeLook(seen(400, { heardAt: 0 }), hasty, 200).is).toBe("running");
});

test("the whole has its own limit, and the look comes in time for it", () => {
  const limited = { ...limits, due: at + 2_300 };
  expect(judgeLook(seen(2_000), limited, 1_000)).toEqual({ is: "running", after: 300 });
  expect(judgeLook(seen(2_300), limited, 1_000)).toEqual({ is: "overdue" });
});

test("where the client takes nothing, looks become rare, so that little waits for it here", () => {
  const stuck = seen(60_000, { fullBlock: true });
  expect(judgeLook(stuck, limits, 1_000)).toEqual({ is: "running", after: 2_000 });
  expect(judgeLook(stuck, limits, 25_000)).toEqual({ is: "running", after: 30_000 });
});
