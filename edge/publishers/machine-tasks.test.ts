/** What a publisher is asked: slots, queues, deadlines, and results that count once. */
import { describe, expect, test } from "vitest";
import { publisherTimes } from "#db/protocol/publisher";
import { admitResult } from "./admit-result.ts";
import { type Effect, type Event, nextDeadline, step } from "./machine.ts";
import { connected, limits, minute, requested } from "./machine-driver.ts";

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
    const due = nextDeadline(slow.state) ?? 0;
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
