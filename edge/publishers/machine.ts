/**
 * A provider session as a pure machine: what it publishes, whether it is there, and what it has been asked. It knows
 * channels by number and tasks by id, and neither transport nor clock (docs/publishing.md).
 */
import type { ErrorCode } from "#db/protocol/errors";
import type { CloseReason, PublisherTimes } from "#db/protocol/publisher";
import { admitResult } from "./admit-result.ts";
import { isOut, type Slots, sendable, type Task, waitingFor } from "./queue.ts";
import type { Barred, Due, Session } from "./state.ts";

export interface Limits {
  times: PublisherTimes;
  /** Most tasks that wait for a slot of one model. */
  queueLength: number;
}

export type Event =
  | { is: "registered"; slots: Slots; llms: readonly string[] }
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
  /** What it was registered with stands, as of `at`, and ends by time alone at `until`. */
  | { is: "confirmed"; at: number; until?: number }
  /** Something has changed that may concern it. */
  | { is: "told" }
  /** Nobody can say whether it does. */
  | { is: "unsure" }
  | ({ is: "revoked" } & Barred)
  /** Another session of the same owner asks for its names. */
  | { is: "claimed" }
  | { is: "withdrawn"; llms: readonly string[] }
  | { is: "rowsWritten" }
  | { is: "rowsFailed" }
  | { is: "tick" };

export type Effect =
  | { do: "dispatch"; task: string }
  /** Tell the publisher to stop. */
  | { do: "cancel"; task: string }
  /** Answer the caller with a refusal, or break off the answer that has begun. */
  | { do: "fail"; task: string; code: ErrorCode; message: string; retryAfter?: number }
  | { do: "close"; channel: number; because: CloseReason; message?: string }
  /** Tell the publisher which of its LLMs were deleted. */
  | { do: "tellWithdrawn"; llms: readonly string[] }
  /** Find out whether what it was registered with stands. */
  | { do: "look" }
  /** Make the store's rows say what `presence` says. */
  | { do: "rows" }
  /** Delete the rows, and everything that the object keeps. */
  | { do: "forget" };

export interface Transition {
  state: Session;
  effects: Effect[];
}

/** Seconds after which a publisher that went may be back: it reconnects within five. */
const BACK_SOON = 5;
const REMEMBERED = 256;
/** What was known may be gone by for so long while nobody can say (docs/architecture.md), in milliseconds. */
const UNSURE_MS = 60_000;
/** A change that nobody can read takes effect within this, as every other does. */
const UNREAD_MS = 5_000;
/** While nobody can say, it is asked again this often. */
const LOOK_AGAIN_MS = 2_000;

export function step(state: Session, event: Event, limits: Limits, now: number): Transition {
  const { times } = limits;
  switch (event.is) {
    case "registered": {
      const due: Due = { ...without(state.due, "deletion"), heartbeat: now + times.inactiveAfter };
      if (state.channel === undefined) due.channel = now + times.channel;
      const { slots, llms } = event;
      const connected = state.channel !== undefined;
      const next: Session = { ...state, slots, llms, connected, withdrawn: [], barred: undefined, due };
      return dispatch({ ...next, presence: "active", inactiveSince: undefined, heartbeatAt: now }, [], now);
    }
    case "opened":
      return opened(state, event.channel, times, now);
    case "closed":
      return event.channel === state.channel ? lost(state, times, now) : { state, effects: [] };
    case "left":
      return lost(state, times, now, { because: "left" });
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
    case "confirmed": {
      const due = without(state.due, "standing");
      if (event.until !== undefined) due.standing = event.until;
      const confirmedAt = Math.max(state.confirmedAt, event.at);
      return { state: { ...state, confirmedAt, unreadSince: undefined, due }, effects: [] };
    }
    case "told":
      return { state: { ...state, unreadSince: state.unreadSince ?? now }, effects: [] };
    case "unsure":
      return unsure(state, times, now);
    case "revoked": {
      const { code, message } = event;
      return bar(state, { code, message }, times, now, { because: "revoked", message });
    }
    case "claimed":
      // Nobody opened a channel, so nobody may have the answer to its registration: this is the owner's second try.
      if (state.presence !== "active" || state.connected) return { state, effects: [] };
      return bar(state, superseded, times, now);
    case "withdrawn":
      return withdraw(state, event.llms);
    case "rowsWritten":
      return { state: { ...state, due: without(state.due, "rows") }, effects: [] };
    case "rowsFailed":
      return { state: { ...state, due: { ...state.due, rows: now + times.storeRetry } }, effects: [] };
    case "tick":
      return tick(state, times, now);
  }
}

/** Next moment at which `tick` has something to do for the tasks. The times in `due` are beside it, and survive a restart. */
export function nextDeadline(state: Session): number | undefined {
  const deadlines = [...state.tasks.values()].map((t) => t.deadline);
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined;
}

function opened(state: Session, channel: number, times: PublisherTimes, now: number): Transition {
  if (state.presence === "gone") return { state, effects: [{ do: "close", channel, because: "gone" }] };
  if (state.barred) {
    const { message } = state.barred;
    return { state, effects: [{ do: "close", channel, because: "revoked", message }] };
  }
  const effects: Effect[] = [];
  let next = state;
  if (state.channel !== undefined) {
    // What was sent on the old channel may have been lost with it.
    next = failAll(state, effects, isOut, "The publisher opened a new channel.");
    effects.push({ do: "close", channel: state.channel, because: "replaced" });
  }
  const revived = state.presence === "inactive";
  if (revived) effects.push({ do: "rows" });
  const due: Due = { ...without(next.due, "channel", "deletion"), heartbeat: now + times.inactiveAfter };
  if (state.withdrawn.length > 0) effects.push({ do: "tellWithdrawn", llms: state.withdrawn });
  return dispatch(
    { ...next, channel, connected: true, presence: "active", inactiveSince: undefined, heartbeatAt: now, due },
    effects,
    now,
  );
}

interface Farewell {
  because: CloseReason;
  message?: string;
}

/** The publisher is not there any more: nobody can answer what it was asked. */
function lost(state: Session, times: PublisherTimes, now: number, told?: Farewell): Transition {
  const effects: Effect[] = [];
  const why = told?.because === "revoked" ? "may no longer publish it" : "went away";
  const next = failAll(state, effects, () => true, `The publisher of this model ${why}.`);
  if (told && state.channel !== undefined) effects.push({ do: "close", channel: state.channel, ...told });
  if (state.presence !== "active") return { state: { ...next, channel: undefined }, effects };
  effects.push({ do: "rows" });
  const due: Due = { ...only(state.due, "standing"), deletion: now + times.deletedAfter };
  return { state: { ...next, channel: undefined, presence: "inactive", inactiveSince: now, due }, effects };
}

/** It has ended for good: another registration begins anew. */
function bar(state: Session, barred: Barred, times: PublisherTimes, now: number, told?: Farewell): Transition {
  const next = lost({ ...state, barred }, times, now, told);
  return { ...next, state: { ...next.state, due: without(next.state.due, "standing") } };
}

const superseded: Barred = {
  code: "not_authenticated",
  message: "Its owner registered its names again, in another session, before it opened its channel.",
};

/** It takes nothing new: what waits would wait in vain. What it is answering goes on, and so does its channel. */
function draining(state: Session, times: PublisherTimes, now: number): Transition {
  if (state.presence !== "active") return { state: { ...state, heartbeatAt: now }, effects: [] };
  const effects: Effect[] = [];
  const next = failAll(state, effects, (t) => !isOut(t), "The publisher of this model is about to stop.");
  effects.push({ do: "rows" });
  const due: Due = { ...only(state.due, "standing"), deletion: now + times.deletedAfter };
  return { state: { ...next, presence: "inactive", inactiveSince: now, heartbeatAt: now, due }, effects };
}

/** Whether what was known of its right is too old to go by, even until the next look. */
export const isUnsure = (state: Pick<Session, "confirmedAt" | "unreadSince">, now: number): boolean =>
  now - state.confirmedAt > UNSURE_MS - LOOK_AGAIN_MS || now - (state.unreadSince ?? now) > UNREAD_MS - LOOK_AGAIN_MS;

/** What was known is gone by for a minute; then nobody may be served by what nobody can vouch for. */
function unsure(state: Session, times: PublisherTimes, now: number): Transition {
  const due = without(state.due, "standing");
  if (state.presence !== "active") return { state: { ...state, due }, effects: [] };
  if (!isUnsure(state, now))
    return { state: { ...state, due: { ...due, standing: now + LOOK_AGAIN_MS } }, effects: [] };
  const message = "The store can't be reached, so nobody can say whether this may go on.";
  return lost({ ...state, due }, times, now, { because: "unconfirmed", message });
}

/** Somebody has deleted LLMs at the edge: what is being answered goes on, as it does for any other LLM. */
function withdraw(state: Session, names: readonly string[]): Transition {
  const llms = names.filter((name) => state.llms.includes(name));
  if (llms.length === 0) return { state, effects: [] };
  const effects: Effect[] = [{ do: "tellWithdrawn", llms }];
  let next = state;
  for (const [task, t] of state.tasks) {
    if (isOut(t) || !llms.includes(t.llm)) continue;
    next = end(next, task);
    effects.push({ do: "fail", task, code: "model_not_found", message: `The LLM ${t.llm} was deleted.` });
  }
  const left = next.llms.filter((name) => !llms.includes(name));
  return { state: { ...next, llms: left, withdrawn: [...next.withdrawn, ...llms] }, effects };
}

function requested(
  state: Session,
  event: Extract<Event, { is: "requested" }>,
  limits: Limits,
  now: number,
): Transition {
  const { task, llm, firstByte } = event;
  if (state.tasks.has(task)) return { state, effects: [] };
  if (state.presence !== "active" || !state.llms.includes(llm)) {
    const message = `The publisher of ${llm} is offline.`;
    return { state, effects: [{ do: "fail", task, code: "publisher_offline", message, retryAfter: BACK_SOON }] };
  }
  const waiting = waitingFor(state.tasks, llm);
  if (waiting >= limits.queueLength) {
    const message = `${waiting} requests already wait for ${llm}.`;
    return { state, effects: [{ do: "fail", task, code: "queue_full", message, retryAfter: BACK_SOON }] };
  }
  const queued: Task = { llm, phase: "queued", deadline: now + limits.times.queue, firstByte };
  return dispatch({ ...state, tasks: new Map(state.tasks).set(task, queued) }, [], now);
}

function tick(state: Session, times: PublisherTimes, now: number): Transition {
  const effects: Effect[] = [];
  let next = state;
  for (const [id, task] of state.tasks) {
    if (task.deadline > now) continue;
    next = end(next, id);
    if (task.phase === "queued") {
      const message = `No slot of ${task.llm} became free in time.`;
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
  if (is("standing")) {
    next = { ...next, due: without(next.due, "standing") };
    effects.push({ do: "look" });
  }
  if (is("channel") && next.channel === undefined) return after(effects, lost(next, times, now));
  if (is("heartbeat")) {
    // Heartbeats set no alarm of their own: that would write twenty times as often as this.
    const until = next.heartbeatAt + times.inactiveAfter;
    if (until <= now) return after(effects, lost(next, times, now, { because: "silent" }));
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

/** Sends what waits, while there are slots. */
function dispatch(state: Session, effects: Effect[], now: number): Transition {
  if (state.channel === undefined || state.presence !== "active") return { state, effects };
  const out = sendable(state.tasks, state.slots);
  if (out.length === 0) return { state, effects };
  const tasks = new Map(state.tasks);
  for (const id of out) {
    const task = tasks.get(id);
    if (!task) continue;
    tasks.set(id, { ...task, phase: "sent", deadline: now + task.firstByte });
    effects.push({ do: "dispatch", task: id });
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

const after = (effects: Effect[], s: Transition): Transition => ({
  state: s.state,
  effects: [...effects, ...s.effects],
});

function without(due: Due, ...names: (keyof Due)[]): Due {
  return Object.fromEntries(Object.entries(due).filter(([name]) => !names.includes(name as keyof Due)));
}

const only = (due: Due, name: keyof Due): Due => (due[name] === undefined ? {} : { [name]: due[name] });
