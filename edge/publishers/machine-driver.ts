/** Drives the machine at a clock that a test moves. For its tests only. */
import { publisherTimes } from "#db/protocol/publisher";
import { type Effect, type Event, type Limits, step } from "./machine.ts";
import type { Slots } from "./queue.ts";
import { keep, restored, unregistered } from "./state.ts";

export const limits: Limits = { times: publisherTimes, queueLength: 3 };
export const minute = 60_000;

/** Feeds events at a moving clock and keeps what came of them. */
export function run(at = 0) {
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

export const registered = (slots: number | Slots = 1): Event => ({
  is: "registered",
  slots: typeof slots === "number" ? { total: slots, of: {} } : slots,
  llms: ["a", "b"],
});
export const requested = (task: string, llm = "a"): Event => ({ is: "requested", task, llm, firstByte: minute });

export function connected(slots: number | Slots = 1) {
  const it = run();
  it.when(registered(slots));
  it.when({ is: "opened", channel: 1 });
  return it;
}
