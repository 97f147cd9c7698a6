/**
 * One document of somebody else, such as a provider's keys: read again when it is old, and serving on while it can't be read.
 *
 * No request awaits another's promise: when that request's client hangs up, the runtime drops its work and the promise never
 * settles. Several may therefore ask for the same at once. `Fresh` is for what the store knows: many small copies, one question
 * for all who wait, renewed behind their backs.
 */
import { attempt, type Bucket, type Policy } from "../rights/throttle.ts";
import { type Ages, ageOf } from "./age.ts";

export interface Limits extends Ages {
  /** Milliseconds after a question that failed, in which none is asked. */
  pause: number;
  /** Questions under way at a time. */
  atOnce: number;
  /** Milliseconds after which a question counts as lost, with the request that asked it. */
  patience: number;
  /** How often it is asked for although it is fresh: strangers can cause that. Every question counts, whoever caused it. */
  newer: Policy;
}

/** For what providers publish: ten minutes, and an hour where it can't be read again. Nothing is renewed behind an answer. */
export const published: Ages = { renewAfter: 600_000, freshFor: 600_000, staleFor: 3_600_000 };

export interface State {
  /** When the copy that is held was asked for; milliseconds since the epoch, as all times here. */
  at: number | undefined;
  failedAt: number | undefined;
  /** When each question began that has not ended. */
  asking: readonly number[];
  bucket: Bucket | undefined;
}

/** What to do for who wants the copy, or wants a newer one than the copy that is held. Pure. */
export function nextStep(state: State, wants: "copy" | "newer", limits: Limits, now: number): "use" | "ask" | "fail" {
  const { at, failedAt, asking, bucket } = state;
  const age = ageOf(at, limits, now);
  const underWay = asking.filter((began) => now - began < limits.patience);
  const free = underWay.length < limits.atOnce && (failedAt === undefined || now - failedAt >= limits.pause);
  if (wants === "newer") return free && attempt(bucket, limits.newer, now).allowed ? "ask" : "use";
  if (age === "young" || age === "ageing") return "use";
  if (free) return "ask";
  return age === "old" ? "use" : "fail";
}

export class Kept<T> {
  readonly #read: () => Promise<T>;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #state: State = { at: undefined, failedAt: undefined, asking: [], bucket: undefined };
  #copy: { value: T } | undefined;
  #failure: unknown;

  constructor(read: () => Promise<T>, limits: Limits, now: () => number = Date.now) {
    this.#read = read;
    this.#limits = limits;
    this.#now = now;
  }

  /** @throws what reading threw, now or a moment ago, where no copy serves */
  async get(): Promise<T> {
    const step = nextStep(this.#state, "copy", this.#limits, this.#now());
    if (step === "use" && this.#copy) return this.#copy.value;
    if (step !== "ask") throw this.#failure ?? new Error("as many are asking for it as may do so at once");
    try {
      return await this.#ask();
    } catch (error) {
      if (this.#copy && ageOf(this.#state.at, this.#limits, this.#now()) !== "gone") return this.#copy.value;
      throw error;
    }
  }

  /** What is held did not do. @returns what there is by now; undefined where that was asked often enough. @throws as `get` */
  async newer(): Promise<T | undefined> {
    return nextStep(this.#state, "newer", this.#limits, this.#now()) === "ask" ? this.#ask() : undefined;
  }

  async #ask(): Promise<T> {
    const state = this.#state;
    const began = this.#now();
    const taken = attempt(state.bucket, this.#limits.newer, began);
    if (taken.allowed) state.bucket = taken.bucket;
    state.asking = [...state.asking.filter((other) => began - other < this.#limits.patience), began];
    try {
      const value = await this.#read();
      // One who asked later may have been answered sooner.
      if (state.at === undefined || state.at <= began) {
        this.#copy = { value };
        state.at = began;
      }
      state.failedAt = undefined;
      return value;
    } catch (error) {
      this.#failure = error;
      state.failedAt = this.#now();
      throw error;
    } finally {
      const index = state.asking.indexOf(began);
      state.asking = state.asking.filter((_, i) => i !== index);
    }
  }
}
