/**
 * What is decided while a model is asked, without a runtime: what becomes of the request where nothing comes, who wins where two
 * things end it at once, and that it is recorded once.
 *
 * `step` is `(state, event, now) → effects`. It runs for every request, so the state is one object that it brings forward in place,
 * and effects are bits of a number: nothing is made per event.
 */

/** A streaming client hears something at least this often, in milliseconds, while the model thinks, wakes, or has it queue. */
export const SILENCE = 5_000;
/** A request that lasts longer, in milliseconds, ends when its caller may no longer have it. */
export const LONG = 1_000;
/**
 * A request that lasts longer, in milliseconds, is finished here though its client has gone: else the runtime drops it, and it is
 * not recorded. An alarm rings so soon in any case.
 */
export const KEPT = 100;

const NEVER = Number.POSITIVE_INFINITY;

export interface ExchangeState {
  /**
   * - `waiting`: the client has heard nothing.
   * - `silent`: the client hears comments, since it waits for a stream, and nothing else yet.
   * - `relaying`: the answer is on its way to the client; whoever carries it watches over it.
   * - `done`: it is recorded, and whatever still comes is nobody's.
   */
  phase: "waiting" | "silent" | "relaying" | "done";
  /** When the provider's head came. Here and below in milliseconds since the epoch. */
  begunAt: number | undefined;
  /** When the provider is too late with what comes next. */
  due: number;
  kept: boolean;
  watched: boolean;
  readonly startedAt: number;
  /** When the whole is too late; Infinity: never. */
  readonly totalDue: number;
  /** Milliseconds of silence after which a provider that has begun has failed. */
  readonly idle: number;
  /** Whether the client asked for a stream. */
  readonly stream: boolean;
}

export type ExchangeEvent =
  /** The provider's head came, or more of an answer that is taken whole. */
  | "head"
  | "bytes"
  /** The time that `nextAt` names has come. */
  | "alarm"
  /** All of the answer is here, or it begins to flow: from now on it goes to the client. */
  | "whole"
  | "flowing"
  /** What flows has lasted for `LONG`. */
  | "long"
  /** The provider refused this request, and the client gets its words. */
  | "refused"
  /** There is no answer. */
  | "failed"
  | "client gone"
  /** The caller may no longer have it. */
  | "revoked"
  /** The last byte went out, or nobody takes it any more. */
  | "ended";

/** The alarm is to ring at `nextAt`. */
export const SET_ALARM = 1 << 0;
export const CLEAR_ALARM = 1 << 1;
/** The runtime is not to drop it. */
export const KEEP = 1 << 2;
/** Somebody is to say when the caller may no longer have it. */
export const WATCH = 1 << 3;
/** The client gets a stream now, and in it the answer or whatever becomes of it. */
export const BREAK_SILENCE = 1 << 4;
/** What flows is to be ended. */
export const CUT = 1 << 5;
/** What came is too late: the provider need not go on. */
export const LET_GO = 1 << 6;
/** The one record of it is due. */
export const RECORD = 1 << 7;
/** The client is told that there will be no answer, for one of these reasons; each comes with `RECORD`. */
export const DID_NOT_BEGIN = 1 << 8;
export const FELL_SILENT = 1 << 9;
export const OVERDUE = 1 << 10;
export const CLIENT_GONE = 1 << 11;
export const REVOKED = 1 << 12;
export const GIVE_UP = DID_NOT_BEGIN | FELL_SILENT | OVERDUE | CLIENT_GONE | REVOKED;

/** @param timeouts of the LLM, in milliseconds. */
export function begin(
  startedAt: number,
  stream: boolean,
  { firstByte, idle, total }: { firstByte: number; idle: number; total?: number | undefined },
): ExchangeState {
  return {
    phase: "waiting",
    begunAt: undefined,
    due: startedAt + firstByte,
    kept: false,
    watched: false,
    startedAt,
    totalDue: total === undefined ? NEVER : startedAt + total,
    idle,
    stream,
  };
}

/** When something is to be decided though nothing comes. */
export function nextAt(state: ExchangeState): number {
  return Math.min(state.due, state.totalDue, keepAt(state), watchAt(state), breakAt(state));
}

const keepAt = ({ kept, startedAt }: ExchangeState) => (kept ? NEVER : startedAt + KEPT);
const watchAt = ({ watched, startedAt }: ExchangeState) => (watched ? NEVER : startedAt + LONG);
const breakAt = ({ phase, stream, startedAt }: ExchangeState) =>
  stream && phase === "waiting" ? startedAt + SILENCE : NEVER;

/** @returns what is to be done, in bits. */
export function step(state: ExchangeState, event: ExchangeEvent, now: number): number {
  switch (state.phase) {
    case "waiting":
    case "silent":
      return whileAwaited(state, event, now);
    case "relaying":
      return whileFlowing(state, event);
    case "done":
      return event === "head" || event === "bytes" || event === "whole" || event === "flowing" ? LET_GO : 0;
  }
}

function whileAwaited(state: ExchangeState, event: ExchangeEvent, now: number): number {
  switch (event) {
    case "head":
    case "bytes":
      state.begunAt ??= now;
      state.due = now + state.idle;
      return SET_ALARM;
    case "alarm":
      return ring(state, now);
    case "whole":
      state.phase = "relaying";
      return CLEAR_ALARM;
    case "flowing":
      state.phase = "relaying";
      return 0;
    case "client gone":
      return finish(state, CLEAR_ALARM | CLIENT_GONE);
    case "revoked":
      return finish(state, CLEAR_ALARM | REVOKED);
    case "refused":
    case "failed":
      return finish(state, CLEAR_ALARM);
    case "long":
    case "ended":
      return 0;
  }
}

function ring(state: ExchangeState, now: number): number {
  if (now >= state.totalDue) return finish(state, CLEAR_ALARM | OVERDUE);
  if (now >= state.due) return finish(state, CLEAR_ALARM | (state.begunAt === undefined ? DID_NOT_BEGIN : FELL_SILENT));
  let effects = SET_ALARM;
  if (now >= keepAt(state)) {
    state.kept = true;
    effects |= KEEP;
  }
  if (now >= watchAt(state)) {
    state.watched = true;
    effects |= WATCH;
  }
  if (now >= breakAt(state)) {
    state.phase = "silent";
    effects |= BREAK_SILENCE;
  }
  return effects;
}

function whileFlowing(state: ExchangeState, event: ExchangeEvent): number {
  switch (event) {
    case "long":
      if (state.watched) return 0;
      state.watched = true;
      return WATCH;
    // It ends when whoever carries it says so.
    case "revoked":
      return CUT;
    case "failed":
      return finish(state, CLEAR_ALARM);
    case "ended":
      return finish(state, 0);
    // That nobody takes it, whoever carries it notices.
    case "client gone":
    case "head":
    case "bytes":
    case "alarm":
    case "whole":
    case "flowing":
    case "refused":
      return 0;
  }
}

function finish(state: ExchangeState, effects: number): number {
  state.phase = "done";
  return effects | RECORD;
}
