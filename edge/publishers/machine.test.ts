import { describe, expect, test } from "vitest";
import { publisherTimes } from "#db/protocol/publisher";
import { admitResult } from "./admit-result.ts";
import { type Effect, type Event, type Limits, nextDue, step } from "./machine.ts";
import type { Slots } from "./queue.ts";
import { keep, restored, unregistered } from "./state.ts";

const limits: Limits = { times: publisherTimes, queueLength: 3 };
const minute = 60_000;

/** Feeds events at a moving clock and keeps what came of them. */
function run(at = 0) {
  let state = unregistered(at);
  let now = at;
  const it = {
    get state() {
      return state;
    },
    when(event: Event): Effect[] {
      const next = step(state, event, limits, now);
      state = next.state;
      return next.effects;
    },
    after(ms: number): Effect[] {
      now += ms;
      return it.when({ is: "tick" });
    },
    restart() {
      state = restored(keep(state), limits.times, now);
    },
  };
  return it;
}

const registered = (slots: number | Slots = 1): Event => ({
  is: "registered",
  slots: typeof slots === "number" ? { total: slots, of: {} } : slots,
  llms: ["a", "b"],
});
const requested = (task: string, llm = "a"): Event => ({ is: "requested", task, llm, firstByte: minute });

function connected(slots: number | Slots = 1) {
  const it = run();
  it.when(registered(slots));
  it.when({ is: "opened", channel: 1 });
  return it;
}

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
    const alarms = new Set<number | undefined>();
    for (let s = 0; s < 3600; s += 20) {
      expect(it.after(20_000).filter((e) => e.do === "rows")).toEqual([]);
      it.when({ is: "heartbeat" });
      alarms.add(nextDue(it.state).kept);
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

describe("tasks", () => {
  test("given slots of each model, then one that is overloaded holds up no other", () => {
    const it = connected({ of: { a: 1, b: 3 } });
    const sent = ["a1", "a2", "a3", "b1", "b2", "b3", "b4"].flatMap((t) => it.when(requested(t, t[0])));
    expect(sent.map((e) => "task" in e && e.task)).toEqual(["a1", "b1", "b2", "b3"]);
    expect(it.when({ is: "ended", task: "b2" })).toEqual([{ do: "dispatch", task: "b4" }]);
    expect(it.when({ is: "ended", task: "a1" })).toEqual([{ do: "dispatch", task: "a2" }]);
  });

  test("given a total beside them, then it holds too, and who came first goes first", () => {
    const it = connected({ total: 2, of: { a: 1, b: 2 } });
    const sent = ["a1", "a2", "b1", "b2"].flatMap((t) => it.when(requested(t, t[0])));
    expect(sent).toEqual([
      { do: "dispatch", task: "a1" },
      { do: "dispatch", task: "b1" },
    ]);
    expect(it.when({ is: "ended", task: "a1" })).toEqual([{ do: "dispatch", task: "a2" }]);
    expect(it.when({ is: "ended", task: "a2" })).toEqual([{ do: "dispatch", task: "b2" }]);
  });

  test("given a model's full queue, then another's is empty all the same", () => {
    const it = connected({ of: { a: 1, b: 1 } });
    for (const t of ["sent", "w1", "w2", "w3"]) it.when(requested(t));
    expect(it.when(requested("w4"))).toMatchObject([{ do: "fail", code: "queue_full" }]);
    expect(it.when(requested("b1", "b"))).toEqual([{ do: "dispatch", task: "b1" }]);
    expect(it.when(requested("b2", "b"))).toEqual([]);
  });

  test("given one slot, then tasks go out one after the other, in the order in which they came", () => {
    const it = connected();
    expect(it.when(requested("1"))).toEqual([{ do: "dispatch", task: "1" }]);
    expect(it.when(requested("2"))).toEqual([]);
    expect(it.when(requested("3"))).toEqual([]);
    it.when({ is: "started", task: "1", by: "body" });
    expect(it.when({ is: "ended", task: "1" })).toEqual([{ do: "dispatch", task: "2" }]);
    expect(it.when({ is: "failed", task: "2", code: "publisher_failed", message: "", tell: false })).toMatchObject([
      { do: "fail", task: "2" },
      { do: "dispatch", task: "3" },
    ]);
  });

  test("given a full queue, then one more is refused with Retry-After", () => {
    const it = connected();
    for (const t of ["sent", "w1", "w2", "w3"]) it.when(requested(t));
    expect(it.when(requested("w4"))).toMatchObject([{ do: "fail", task: "w4", code: "queue_full", retryAfter: 5 }]);
  });

  test("given a wait that is too long, then 429; given no result, then 504 and a cancel", () => {
    const it = connected();
    it.when(requested("sent"));
    expect(it.after(minute)).toMatchObject([
      { do: "fail", task: "sent", code: "publisher_timeout" },
      { do: "cancel", task: "sent" },
    ]);
    const slow = connected();
    slow.when({ ...requested("sent"), firstByte: 60 * minute } as Event);
    slow.when(requested("waits"));
    for (let i = 0; i < 3; i++) slow.when({ is: "heartbeat" });
    const due = nextDue(slow.state).passing ?? 0;
    expect(due).toBe(publisherTimes.queue);
    expect(step(slow.state, { is: "tick" }, limits, due).effects).toContainEqual(
      expect.objectContaining({ do: "fail", task: "waits", code: "queue_full" }),
    );
  });

  test("given a caller that goes, then a queued task just goes, a sent one is cancelled and its slot is free", () => {
    const it = connected();
    for (const t of ["sent", "w1", "w2"]) it.when(requested(t));
    expect(it.when({ is: "callerGone", task: "w1" })).toEqual([]);
    expect(it.when({ is: "callerGone", task: "sent" })).toEqual([
      { do: "cancel", task: "sent" },
      { do: "dispatch", task: "w2" },
    ]);
    expect(it.when({ is: "callerGone", task: "sent" })).toEqual([]);
  });

  test("a result counts once, for a task that was sent, in one form", () => {
    const it = connected(2);
    for (const t of ["a", "b", "queued"]) it.when(requested(t));
    expect(admitResult(it.state, "queued", "body")).toBe("unknown");
    expect(admitResult(it.state, "never", "body")).toBe("unknown");
    it.when({ is: "started", task: "a", by: "body" });
    it.when({ is: "started", task: "b", by: "chunks" });
    expect(admitResult(it.state, "a", "body")).toBe("taken");
    expect(admitResult(it.state, "a", "chunks")).toBe("taken");
    expect(admitResult(it.state, "b", "body")).toBe("taken");
    expect(admitResult(it.state, "b", "chunks")).toBe("ok");
    it.when({ is: "ended", task: "a" });
    expect(admitResult(it.state, "a", "body")).toBe("finished");
  });

  test("chunks that stop coming are a timeout, ones that keep coming are not", () => {
    const it = connected();
    it.when(requested("t"));
    for (let i = 0; i < 5; i++) {
      it.when({ is: "started", task: "t", by: "chunks" });
      expect(it.after(publisherTimes.idle / 2)).toEqual([]);
      it.when({ is: "heartbeat" });
      expect(it.after(publisherTimes.idle / 2 - 1)).toEqual([]);
      it.when({ is: "heartbeat" });
    }
    expect(it.after(1)).toMatchObject([
      { do: "fail", task: "t", code: "publisher_timeout" },
      { do: "cancel", task: "t" },
    ]);
  });

  test("chunks that keep coming for ever are cut off when a whole answer would be", () => {
    const it = connected();
    it.when(requested("t"));
    let ended: Effect[] = [];
    for (let ms = 0; ended.length === 0 && ms <= publisherTimes.answer; ms += minute) {
      it.when({ is: "started", task: "t", by: "chunks" });
      it.when({ is: "heartbeat" });
      ended = it.after(minute);
    }
    expect(ended).toMatchObject([
      { do: "fail", task: "t", code: "publisher_timeout" },
      { do: "cancel", task: "t" },
    ]);
  });

  test("a model that the session does not publish is refused", () => {
    expect(connected().when(requested("t", "other"))).toMatchObject([{ do: "fail", code: "publisher_offline" }]);
  });
});
