/** The machine under events in any order: what must always hold. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { publisherTimes } from "#db/protocol/publisher";
import { type Event, type Limits, step } from "./machine.ts";
import { slotsUsed, waitingFor } from "./queue.ts";
import { type Session, unregistered } from "./state.ts";

const limits: Limits = { times: publisherTimes, queueLength: 3 };
const minute = 60_000;

describe("whatever happens", () => {
  const task = fc.constantFrom(..."abcdefgh");
  const channel = fc.integer({ min: 1, max: 4 });
  const llm = fc.constantFrom("a", "b", "c");
  const by = fc.constantFrom("body" as const, "chunks" as const);
  const event: fc.Arbitrary<Event | { is: "wait"; ms: number }> = fc.oneof(
    fc.record({
      is: fc.constant("registered" as const),
      slots: fc.record(
        {
          total: fc.integer({ min: 1, max: 4 }),
          of: fc.record({ a: fc.integer({ min: 1, max: 3 }), b: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] }),
        },
        { requiredKeys: ["of"] },
      ),
      llms: fc.subarray(["a", "b", "c"], { minLength: 1 }),
    }),
    fc.record({ is: fc.constant("opened" as const), channel }),
    fc.record({ is: fc.constant("closed" as const), channel }),
    fc.record({ is: fc.constantFrom("left" as const, "draining" as const, "heartbeat" as const) }),
    fc.record({ is: fc.constantFrom("rowsFailed" as const, "rowsWritten" as const) }),
    fc.record({ is: fc.constant("requested" as const), task, llm, firstByte: fc.constant(minute) }),
    fc.record({ is: fc.constant("confirmed" as const), at: fc.integer({ min: 0, max: 1e7 }) }),
    fc.record({ is: fc.constantFrom("unsure" as const, "told" as const, "claimed" as const) }),
    fc.record({
      is: fc.constant("revoked" as const),
      code: fc.constant("not_authenticated" as const),
      message: fc.constant("gone"),
    }),
    fc.record({ is: fc.constant("withdrawn" as const), llms: fc.subarray(["a", "b"], { minLength: 1 }) }),
    fc.record({ is: fc.constant("callerGone" as const), task }),
    fc.record({ is: fc.constant("started" as const), task, by }),
    fc.record({ is: fc.constant("ended" as const), task }),
    fc.record({
      is: fc.constant("failed" as const),
      task,
      code: fc.constant("publisher_failed" as const),
      message: fc.constant(""),
      tell: fc.boolean(),
    }),
    fc.record({ is: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 5 * 3_600_000 }) }),
  );

  test("every task ends once, slots and queue hold, order is kept, nothing is in flight without a channel", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        let state: Session = unregistered(0);
        let now = 0;
        let serial = 0;
        /** Names are reused by the generator; tasks never are. */
        const real = new Map<string, string>();
        const open = new Set<string>();
        const order: string[] = [];
        for (const e of events) {
          let event: Event = e.is === "wait" ? { is: "tick" } : e;
          if (e.is === "wait") now += e.ms;
          if ("task" in event) {
            if (event.is === "requested") real.set(event.task, `${event.task}${serial++}`);
            event = { ...event, task: real.get(event.task) ?? event.task };
          }
          const before = state;
          const next = step(state, event, limits, now);
          state = next.state;
          if (event.is === "requested") {
            open.add(event.task);
            order.push(event.task);
          }
          const ended = (t: string) => {
            expect(open.delete(t), `${t} ended twice`).toBe(true);
          };
          if ((event.is === "ended" || event.is === "callerGone") && before.tasks.has(event.task)) ended(event.task);
          for (const effect of next.effects) {
            if (effect.do === "fail") ended(effect.task);
            if (effect.do === "dispatch") {
              expect(state.channel).toBeDefined();
              const { llm } = state.tasks.get(effect.task) ?? {};
              const earlier = order.slice(0, order.indexOf(effect.task)).map((t) => state.tasks.get(t));
              expect(earlier.filter((t) => t?.llm === llm && t?.phase === "queued")).toEqual([]);
            }
          }
          expect([...state.tasks.keys()].sort()).toEqual([...open].sort());
          const { total = Number.POSITIVE_INFINITY, of } = state.slots;
          const used = (llm?: string) => slotsUsed(state.tasks, llm);
          // A registration may lower the slots under what is in flight; nothing is sent until it fits again.
          expect(used()).toBeLessThanOrEqual(Math.max(total, slotsUsed(before.tasks)));
          for (const llm of ["a", "b", "c"]) {
            const most = of[llm] ?? Number.POSITIVE_INFINITY;
            expect(used(llm)).toBeLessThanOrEqual(Math.max(most, slotsUsed(before.tasks, llm)));
            expect(waitingFor(state.tasks, llm)).toBeLessThanOrEqual(limits.queueLength);
            // Nobody waits while there is room: neither behind another model, nor for ever.
            const sending = state.channel !== undefined && state.presence === "active";
            if (sending && event.is !== "heartbeat" && waitingFor(state.tasks, llm) > 0)
              expect(used() >= total || used(llm) >= most, `${llm} waits although there is room`).toBe(true);
          }
          if (state.barred) expect(state).toMatchObject({ channel: undefined });
          if (state.barred) expect(state.presence).not.toBe("active");
          if (event.is === "revoked") expect(state.tasks.size).toBe(0);
          if (state.channel === undefined) expect(used()).toBe(0);
          if (state.presence !== "active") expect(state.tasks.size).toBe(used());
          if (state.presence === "active" && state.channel === undefined) expect(state.due.channel).toBeDefined();
          if (state.presence === "inactive") expect(state.due.deletion).toBeDefined();
        }
      }),
      { numRuns: 400 },
    );
  });
});
