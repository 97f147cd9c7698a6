/** Whether a publisher is there, and what of its session survives what. Its tasks have a file of their own. */
import { describe, expect, test } from "vitest";
import { publisherTimes } from "#db/protocol/publisher";
import { admitResult } from "./admit-result.ts";
import type { Effect, Event } from "./machine.ts";
import { connected, minute, registered, requested, run } from "./machine-driver.ts";

describe("presence", () => {
  test("given a registration, when no channel opens in time, then the rows become inactive", () => {
    const it = run();
    expect(it.when(registered())).toEqual([]);
    expect(it.after(publisherTimes.channel - 1)).toEqual([]);
    expect(it.after(1)).toEqual([{ do: "rows" }]);
    expect(it.state.presence).toBe("inactive");
  });

  test("given an open channel, when it closes, then inactive at once and everything asked has failed", () => {
    const it = connected();
    it.when(requested("sent"));
    it.when(requested("waits"));
    const effects = it.when({ is: "closed", channel: 1 });
    expect(effects).toMatchObject([
      { do: "fail", task: "sent", code: "publisher_offline" },
      { do: "fail", task: "waits", code: "publisher_offline" },
      { do: "rows" },
    ]);
    expect(it.state).toMatchObject({ presence: "inactive", channel: undefined });
  });

  test("given an open channel, when heartbeats stop, then it is closed as silent; while they come, it is not", () => {
    const it = connected();
    for (let i = 0; i < 10; i++) {
      expect(it.after(publisherTimes.heartbeat)).toEqual([]);
      it.when({ is: "heartbeat" });
    }
    expect(it.after(publisherTimes.inactiveAfter)).toEqual([
      { do: "close", channel: 1, because: "silent" },
      { do: "rows" },
    ]);
  });

  test("given steady heartbeats, then the alarm is set anew about once per 90 s and nothing is written", () => {
    const it = connected();
    const alarms = new Set<number>();
    for (let s = 0; s < 3600; s += 20) {
      expect(it.after(20_000).filter((e) => e.do === "rows")).toEqual([]);
      it.when({ is: "heartbeat" });
      alarms.add(Math.min(...Object.values(it.state.due)));
    }
    expect(alarms.size).toBeLessThanOrEqual(3600 / 70);
  });

  test("given a second channel, when it opens, then the first is closed as replaced and its late end changes nothing", () => {
    const it = connected();
    it.when(requested("t"));
    expect(it.when({ is: "opened", channel: 2 })).toMatchObject([
      { do: "fail", task: "t", code: "publisher_offline" },
      { do: "close", channel: 1, because: "replaced" },
    ]);
    expect(it.when({ is: "closed", channel: 1 })).toEqual([]);
    expect(it.state).toMatchObject({ presence: "active", channel: 2 });
  });

  test("given inactive, when four hours pass, then everything is forgotten; when it comes back before, nothing is", () => {
    const it = connected();
    it.when({ is: "closed", channel: 1 });
    expect(it.after(publisherTimes.deletedAfter - 1)).toEqual([]);
    expect(it.when({ is: "opened", channel: 2 })).toEqual([{ do: "rows" }]);
    it.when({ is: "closed", channel: 2 });
    expect(it.after(publisherTimes.deletedAfter)).toEqual([{ do: "forget" }]);
    expect(it.state.presence).toBe("gone");
    expect(it.when({ is: "opened", channel: 3 })).toEqual([{ do: "close", channel: 3, because: "gone" }]);
  });

  test("given a restart while active, when the publisher reconnects within its time, then nobody notices", () => {
    const it = connected();
    it.restart();
    it.when(requested("t"));
    expect(it.after(0)).toEqual([{ do: "look" }]);
    expect(it.after(5_000)).toEqual([]);
    expect(it.when({ is: "opened", channel: 1 })).toEqual([{ do: "dispatch", task: "t" }]);
  });

  test("given a restart while active, when it wakes again and again without a channel, then it is inactive all the same", () => {
    const it = connected();
    it.restart();
    it.after(publisherTimes.channel - 1);
    it.restart();
    expect(it.after(1)).toContainEqual({ do: "rows" });
    it.restart();
    expect(it.after(publisherTimes.deletedAfter)).toEqual([{ do: "forget" }]);
  });

  test("given the store down, when a transition was not written, then it is tried again until it is", () => {
    const it = connected();
    it.when({ is: "closed", channel: 1 });
    it.when({ is: "rowsFailed" });
    expect(it.after(publisherTimes.storeRetry)).toEqual([{ do: "rows" }]);
    it.when({ is: "rowsFailed" });
    expect(it.after(publisherTimes.storeRetry)).toEqual([{ do: "rows" }]);
    it.when({ is: "rowsWritten" });
    expect(it.after(publisherTimes.storeRetry)).toEqual([]);
  });

  test("given draining, then what is answered goes on, what waits fails, and nothing new is taken", () => {
    const it = connected();
    it.when(requested("answering"));
    it.when(requested("waits"));
    expect(it.when({ is: "draining" })).toMatchObject([
      { do: "fail", task: "waits", code: "publisher_offline" },
      { do: "rows" },
    ]);
    expect(admitResult(it.state, "answering", "body")).toBe("ok");
    expect(it.when(requested("new"))).toMatchObject([{ do: "fail", task: "new", code: "publisher_offline" }]);
    it.when({ is: "ended", task: "answering" });
    expect(it.when({ is: "left" })).toEqual([{ do: "close", channel: 1, because: "left" }]);
  });
});

describe("the right that it hangs on", () => {
  const revoked: Event = { is: "revoked", code: "not_authenticated", message: "The token was deleted." };

  test("given it is gone, then all ends at once, for good and across restarts, until another registration", () => {
    const it = connected();
    it.when(requested("sent"));
    it.when(requested("waits"));
    expect(it.when(revoked)).toMatchObject([
      { do: "fail", task: "sent", code: "publisher_offline", message: expect.stringContaining("no longer publish") },
      { do: "fail", task: "waits", code: "publisher_offline" },
      { do: "close", channel: 1, because: "revoked", message: "The token was deleted." },
      { do: "rows" },
    ]);
    it.restart();
    expect(it.when({ is: "opened", channel: 2 })).toMatchObject([{ do: "close", channel: 2, because: "revoked" }]);
    expect(it.when(requested("t"))).toMatchObject([{ do: "fail", code: "publisher_offline" }]);
    it.when(registered());
    it.when({ is: "opened", channel: 3 });
    expect(it.state).toMatchObject({ presence: "active", barred: undefined });
  });

  test("given it ends by time, then it is looked at in that moment, whatever else happened before", () => {
    const it = connected();
    it.when({ is: "confirmed", at: 0, until: minute });
    it.when({ is: "closed", channel: 1 });
    it.when({ is: "opened", channel: 2 });
    it.restart();
    it.when({ is: "confirmed", at: 0, until: minute });
    it.when({ is: "opened", channel: 3 });
    expect(it.after(minute - 1)).toEqual([]);
    expect(it.after(1)).toEqual([{ do: "look" }]);
  });

  test("given a restart while active, then it is looked at at once", () => {
    const it = connected();
    it.restart();
    expect(it.after(0)).toEqual([{ do: "look" }]);
  });

  test("given nobody can say, then it is asked again, and ends after a minute, and may come back", () => {
    const it = connected();
    it.when({ is: "confirmed", at: 0 });
    let ended: Effect[] = [];
    let ms = 0;
    for (; ended.length === 0 && ms < 2 * minute; ms += 2_000) {
      it.when({ is: "heartbeat" });
      ended = it.when({ is: "unsure" });
      if (ended.length === 0) expect(it.after(2_000)).toEqual([{ do: "look" }]);
    }
    expect(ended).toMatchObject([{ do: "close", because: "unconfirmed" }, { do: "rows" }]);
    expect(ms).toBeLessThanOrEqual(minute + 2_000);
    it.when({ is: "confirmed", at: ms });
    expect(it.when({ is: "opened", channel: 2 })).toEqual([{ do: "rows" }]);
    expect(it.state.presence).toBe("active");
  });

  test("given it was told of a change that nobody can read, then it ends within 5 s; once it was read, it goes on", () => {
    for (const read of [true, false]) {
      const it = connected();
      it.when({ is: "confirmed", at: 0 });
      it.when({ is: "told" });
      if (read) it.when({ is: "confirmed", at: 0 });
      const ends = [0, 2_000, 2_000].flatMap((ms) => [...it.after(ms), ...it.when({ is: "unsure" })]);
      expect(ends.filter((e) => e.do === "close")).toHaveLength(read ? 0 : 1);
    }
  });
});

describe("another session of the same owner that claims its names", () => {
  const superseded = { do: "rows" };

  test("given no channel has opened since it registered, then it gives way for good, and may register anew", () => {
    const it = run();
    it.when(registered());
    it.when(requested("waits"));
    expect(it.when({ is: "claimed" })).toMatchObject([
      { do: "fail", task: "waits", code: "publisher_offline" },
      superseded,
    ]);
    expect(it.when({ is: "claimed" })).toEqual([]);
    it.restart();
    expect(it.when({ is: "opened", channel: 1 })).toMatchObject([{ do: "close", channel: 1, because: "revoked" }]);
    expect(it.state.presence).toBe("inactive");
    it.when(registered());
    expect(it.state).toMatchObject({ presence: "active", barred: undefined });
    expect(it.when({ is: "claimed" })).toEqual([superseded]);
  });

  test.each<[string, (it: ReturnType<typeof run>) => void]>([
    ["its channel is open", () => {}],
    ["its channel was open before a restart", (it) => it.restart()],
    ["it registered again on its open channel", (it) => it.when(registered())],
  ])("given %s, then it stays", (_, before) => {
    const it = connected();
    before(it);
    expect(it.when({ is: "claimed" })).toEqual([]);
    expect(it.state).toMatchObject({ presence: "active", barred: undefined });
  });
});

describe("an LLM that somebody deletes", () => {
  test("is told at once and after every restart; who waits for it fails, who is answered is answered", () => {
    const it = connected();
    it.when(requested("sent"));
    it.when(requested("waits"));
    it.when(requested("other", "b"));
    expect(it.when({ is: "withdrawn", llms: ["a", "stranger"] })).toMatchObject([
      { do: "tellWithdrawn", llms: ["a"] },
      { do: "fail", task: "waits", code: "model_not_found" },
    ]);
    expect(it.when({ is: "withdrawn", llms: ["a"] })).toEqual([]);
    expect(admitResult(it.state, "sent", "body")).toBe("ok");
    expect(it.when({ is: "ended", task: "sent" })).toEqual([{ do: "dispatch", task: "other" }]);
    expect(it.when(requested("new"))).toMatchObject([{ do: "fail", code: "publisher_offline" }]);
    it.restart();
    expect(it.when({ is: "opened", channel: 2 })).toEqual([{ do: "tellWithdrawn", llms: ["a"] }]);
    it.when(registered());
    expect(it.state.withdrawn).toEqual([]);
  });
});
