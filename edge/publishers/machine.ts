/**
 * A provider session as a pure machine: what it publishes, whether it is there, and what it has been asked. It knows
 * channels by number and tasks by id, and neither transport nor clock (spec: virtual-llms.md, States).
 */
import type { ErrorCode } from "#db/protocol/errors";
import type { CloseReason, PublisherTimes } from "#db/protocol/publisher";

export interface Limits {
  times: PublisherTimes;
  /** Most tasks that wait for a slot. */
  queueLength: number;
}

export interface Task {
  llm: string;
  /** `queued` waits for a slot or the channel; `sent` is at the publisher; `answering` has a result under way. */
  phase: "queued" | "sent" | "answering";
  /** Which form of result answers it: one streaming body, or chunks each posted by itself. */
  by?: "body" | "chunks";
  /** When it fails by time. */
  deadline: number;
  /** Milliseconds that the publisher has from sending until the result begins. */
  firstByte: number;
  /** When a result that has begun is cut off, however lively it is. */
  until?: number;
}

/** Named times at which something is due although nothing happens; they survive a restart. */
export type Due = Partial<Record<"channel" | "heartbeat" | "deletion" | "rows", number>>;

export interface Session {
  /** What the rows say, or will as soon as the store takes it. */
  presence: "active" | "inactive" | "gone";
  slots: number;
  llms: readonly string[];
  /** Number of the open channel. */
  channel: number | undefined;
  heartbeatAt: number;
  inactiveSince: number | undefined;
  /** In order of arrival. */
  tasks: ReadonlyMap<string, Task>;
  /** The last tasks that ended, so that a late result is told apart from one that never was asked for. */
  finished: readonly string[];
  due: Due;
}

export type Event =
  | { is: "registered"; slots: number; llms: readonly string[] }
  | { is: "opened"; channel: number }
  | { is: "closed"; channel: number }
  | { is: "left" }
  | { is: "draining" }
  | { is: "heartbeat" }
  | { is: "requested"; task: string; llm: string; firstByte: number }
  | { is: "callerGone"; task: string }
  | { is: "started"; task: string; by: "body" | "chunks" }
  | { is: "ended"; task: string }
  | { is: "failed"; task: string; code: ErrorCode; message: string; tell: boolean }
  | { is: "rowsWritten" }
  | { is: "rowsFailed" }
  | { is: "tick" };

export type Effect =
  | { do: "dispatch"; task: string }
  /** Tell the publisher to stop. */
  | { do: "cancel"; task: string }
  /** Answer the caller with a refusal, or break off the answer that has begun. */
  | { do: "fail"; task: string; code: ErrorCode; message: string; retryAfter?: number }
  | { do: "close"; channel: number; because: CloseReason }
  /** Make the store's rows say what `presence` says. */
  | { do: "rows" }
  /** Delete the rows, and everything that the object keeps. */
  | { do: "forget" };

export interface Step {
  state: Session;
  effects: Effect[];
}

/** Seconds after which a publisher that went may be back: it reconnects within five. */
const BACK_SOON = 5;
const REMEMBERED = 256;

export function unregistered(now: number): Session {
  return {
    presence: "gone",
    slots: 1,
    llms: [],
    channel: undefined,
    heartbeatAt: now,
    inactiveSince: undefined,
    tasks: new Map(),
    finished: [],
    due: {},
  };
}

/** What survives a restart: the channel and the tasks go with the process. */
export type Kept = Pick<Session, "presence" | "slots" | "llms" | "inactiveSince" | "due">;

export function keep({ presence, slots, llms, inactiveSince, due }: Session): Kept {
  return { presence, slots, llms, inactiveSince, due };
}

/** What a restarted object goes on with: its publisher may be back in seconds, and nobody has to notice. */
export function restored(kept: Kept, limits: Limits, now: number): Session {
  const active = kept.presence === "active";
  const due = active ? { channel: now + limits.times.channel, ...kept.due } : kept.due;
  return { ...unregistered(active ? now : (kept.inactiveSince ?? now)), ...kept, due };
}

export function step(state: Session, event: Event, limits: Limits, now: number): Step {
  const { times } = limits;
  switch (event.is) {
    case "registered": {
      const due: Due = { ...without(state.due, "deletion"), heartbeat: now + times.inactiveAfter };
      if (state.channel === undefined) due.channel = now + times.channel;
      const next: Session = { ...state, slots: event.slots, llms: event.llms, due };
      return dispatch({ ...next, presence: "active", inactiveSince: undefined, heartbeatAt: now }, [], now);
    }
    case "opened":
      return opened(state, event.channel, times, now);
    case "closed":
      return event.channel === state.channel ? lost(state, times, now) : { state, effects: [] };
    case "left":
      return lost(state, times, now, "left");
    case "draining":
      return draining(state, times, now);
    case "heartbeat":
      return { state: { ...state, heartbeatAt: now }, effects: [] };
    case "requested":
      return requested(state, event, limits, now);
    case "callerGone": {
      const task = state.tasks.get(event.task);
      if (!task) return { state, effects: [] };
      return dispatch(end(state, event.task), task.phase === "queued" ? [] : [{ do: "cancel", task: event.task }], now);
    }
    case "started": {
      const task = state.tasks.get(event.task);
      if (!task || admitResult(state, event.task, event.by) !== "ok") return { state, effects: [] };
      // Nothing else watches for silence between chunks that are posted one by one.
      const until = task.until ?? now + times.answer;
      const deadline = event.by === "chunks" ? Math.min(now + times.idle, until) : until;
      const next: Task = { ...task, phase: "answering", by: event.by, deadline, until };
      return { state: { ...state, tasks: new Map(state.tasks).set(event.task, next) }, effects: [] };
    }
    case "ended":
      return state.tasks.has(event.task) ? dispatch(end(state, event.task), [], now) : { state, effects: [] };
    case "failed": {
      if (!state.tasks.has(event.task)) return { state, effects: [] };
      const { task, code, message } = event;
      const effects: Effect[] = [{ do: "fail", task, code, message }];
      if (event.tell) effects.push({ do: "cancel", task });
      return dispatch(end(state, task), effects, now);
    }
    case "rowsWritten":
      return { state: { ...state, due: without(state.due, "rows") }, effects: [] };
    case "rowsFailed":
      return { state: { ...state, due: { ...state.due, rows: now + times.storeRetry } }, effects: [] };
    case "tick":
      return tick(state, times, now);
  }
}

/** Whether a result of this form may be given for the task now, or why not. */
export function admitResult(
  state: Session,
  id: string,
  by: "body" | "chunks",
): "ok" | "unknown" | "finished" | "taken" {
  const task = state.tasks.get(id);
  if (!task) return state.finished.includes(id) ? "finished" : "unknown";
  if (task.phase === "queued") return "unknown";
  if (task.phase === "sent") return "ok";
  return by === "chunks" && task.by === "chunks" ? "ok" : "taken";
}

/** Next moment at which `tick` has something to do: `kept` must survive a restart, `passing` goes with the tasks. */
export function nextDue(state: Session): { kept: number | undefined; passing: number | undefined } {
  const earliest = (times: number[]) => (times.length > 0 ? Math.min(...times) : undefined);
  return {
    kept: earliest(Object.values(state.due)),
    passing: earliest([...state.tasks.values()].map((t) => t.deadline)),
  };
}

export function slotsUsed(state: Session): number {
  let used = 0;
  for (const t of state.tasks.values()) if (t.phase !== "queued") used++;
  return used;
}

function opened(state: Session, channel: number, times: PublisherTimes, now: number): Step {
  if (state.presence === "gone") return { state, effects: [{ do: "close", channel, because: "gone" }] };
  const effects: Effect[] = [];
  let next = state;
  if (state.channel !== undefined) {
    // What was sent on the old channel may have been lost with it.
    next = failAll(state, effects, (t) => t.phase !== "queued", "The publisher opened a new channel.");
    effects.push({ do: "close", channel: state.channel, because: "replaced" });
  }
  const revived = state.presence === "inactive";
  if (revived) effects.push({ do: "rows" });
  const due: Due = { ...without(next.due, "channel", "deletion"), heartbeat: now + times.inactiveAfter };
  return dispatch(
    { ...next, channel, presence: "active", inactiveSince: undefined, heartbeatAt: now, due },
    effects,
    now,
  );
}

/** The publisher is not there any more: nobody can answer what it was asked. */
function lost(state: Session, times: PublisherTimes, now: number, because?: CloseReason): Step {
  const effects: Effect[] = [];
  const next = failAll(state, effects, () => true, "The publisher of this model went away.");
  if (because && state.channel !== undefined) effects.push({ do: "close", channel: state.channel, because });
  if (state.presence !== "active") return { state: { ...next, channel: undefined }, effects };
  effects.push({ do: "rows" });
  const due: Due = { deletion: now + times.deletedAfter };
  return { state: { ...next, channel: undefined, presence: "inactive", inactiveSince: now, due }, effects };
}

/** It takes nothing new: what waits would wait in vain. What it is answering goes on, and so does its channel. */
function draining(state: Session, times: PublisherTimes, now: number): Step {
  if (state.presence !== "active") return { state: { ...state, heartbeatAt: now }, effects: [] };
  const effects: Effect[] = [];
  const next = failAll(state, effects, (t) => t.phase === "queued", "The publisher of this model is about to stop.");
  effects.push({ do: "rows" });
  const due: Due = { deletion: now + times.deletedAfter };
  return { state: { ...next, presence: "inactive", inactiveSince: now, heartbeatAt: now, due }, effects };
}

function requested(state: Session, event: Extract<Event, { is: "requested" }>, limits: Limits, now: number): Step {
  const { task, llm, firstByte } = event;
  if (state.tasks.has(task)) return { state, effects: [] };
  if (state.presence !== "active" || !state.llms.includes(llm)) {
    const message = `The publisher of ${llm} is offline.`;
    return { state, effects: [{ do: "fail", task, code: "publisher_offline", message, retryAfter: BACK_SOON }] };
  }
  const waiting = state.tasks.size - slotsUsed(state);
  if (waiting >= limits.queueLength) {
    const message = `${waiting} requests already wait for ${llm}.`;
    return { state, effects: [{ do: "fail", task, code: "queue_full", message, retryAfter: BACK_SOON }] };
  }
  const queued: Task = { llm, phase: "queued", deadline: now + limits.times.queue, firstByte };
  return dispatch({ ...state, tasks: new Map(state.tasks).set(task, queued) }, [], now);
}

function tick(state: Session, times: PublisherTimes, now: number): Step {
  const effects: Effect[] = [];
  let next = state;
  for (const [id, task] of state.tasks) {
    if (task.deadline > now) continue;
    next = end(next, id);
    if (task.phase === "queued") {
      const message = `No slot of ${task.llm}'s publisher became free in time.`;
      effects.push({ do: "fail", task: id, code: "queue_full", message, retryAfter: BACK_SOON });
    } else {
      const what = task.phase === "sent" ? "did not begin to answer" : "did not finish its answer";
      const message = `The publisher of ${task.llm} ${what} in time.`;
      effects.push({ do: "fail", task: id, code: "publisher_timeout", message }, { do: "cancel", task: id });
    }
  }
  const is = (name: keyof Due) => (next.due[name] ?? Number.POSITIVE_INFINITY) <= now;
  if (is("rows")) {
    next = { ...next, due: without(next.due, "rows") };
    effects.push({ do: "rows" });
  }
  if (is("channel") && next.channel === undefined) return after(effects, lost(next, times, now));
  if (is("heartbeat")) {
    // Heartbeats set no alarm of their own: that would write twenty times as often as this.
    const until = next.heartbeatAt + times.inactiveAfter;
    if (until <= now) return after(effects, lost(next, times, now, "silent"));
    next = { ...next, due: { ...next.due, heartbeat: until } };
  }
  if (is("deletion")) {
    const until = Math.max(next.inactiveSince ?? 0, next.heartbeatAt) + times.deletedAfter;
    if (until <= now)
      return after(effects, { state: { ...next, presence: "gone", due: {} }, effects: [{ do: "forget" }] });
    next = { ...next, due: { ...next.due, deletion: until } };
  }
  return dispatch(next, effects, now);
}

/** Sends what waits, in order, while there are slots. */
function dispatch(state: Session, effects: Effect[], now: number): Step {
  let free = state.channel === undefined || state.presence !== "active" ? 0 : state.slots - slotsUsed(state);
  if (free <= 0) return { state, effects };
  const tasks = new Map(state.tasks);
  for (const [id, task] of tasks) {
    if (free === 0) break;
    if (task.phase !== "queued") continue;
    tasks.set(id, { ...task, phase: "sent", deadline: now + task.firstByte });
    effects.push({ do: "dispatch", task: id });
    free--;
  }
  return { state: { ...state, tasks }, effects };
}

function end(state: Session, id: string): Session {
  const tasks = new Map(state.tasks);
  tasks.delete(id);
  return { ...state, tasks, finished: [...state.finished, id].slice(-REMEMBERED) };
}

function failAll(state: Session, effects: Effect[], which: (t: Task) => boolean, message: string): Session {
  let next = state;
  for (const [task, t] of state.tasks) {
    if (!which(t)) continue;
    next = end(next, task);
    effects.push({ do: "fail", task, code: "publisher_offline", message, retryAfter: BACK_SOON });
  }
  return next;
}

const after = (effects: Effect[], s: Step): Step => ({ state: s.state, effects: [...effects, ...s.effects] });

function without(due: Due, ...names: (keyof Due)[]): Due {
  return Object.fromEntries(Object.entries(due).filter(([name]) => !names.includes(name as keyof Due)));
}
