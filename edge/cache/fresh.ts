/**
 * Copies of what the store knows, held in an isolate: returned at once while young, renewed in the background before they are
 * old, never older than `freshFor` unless the store can't be reached (docs/architecture.md).
 */
import { type Ages, ageOf } from "./age.ts";

/** A copy that is `gone` is forgotten, used or not. */
export interface Freshness extends Ages {
  /** Copies held; the one renewed longest ago goes first. */
  size: number;
}

export interface Source<T> {
  /** Undefined where there is none: that is never remembered. */
  load: (name: string) => Promise<T | undefined>;
  isDown: (error: unknown) => boolean;
  now: () => number;
}

interface Copy<T> {
  value: T;
  at: number;
}

interface Loading<T> {
  result: Promise<T | undefined>;
  at: number;
}

export type WaitUntil = (work: Promise<unknown>) => void;

export class Fresh<T> {
  readonly #source: Source<T>;
  readonly #limits: Freshness;
  /** In the order of their age: a renewed copy moves to the end. */
  readonly #copies = new Map<string, Copy<T>>();
  readonly #loading = new Map<string, Loading<T>>();

  constructor(source: Source<T>, limits: Freshness) {
    this.#source = source;
    this.#limits = limits;
  }

  /** @throws what `load` throws, where no copy may stand in. */
  get(name: string, waitUntil: WaitUntil): T | Promise<T | undefined> {
    const now = this.#source.now();
    const copy = this.#copies.get(name);
    const age = ageOf(copy?.at, this.#limits, now);
    if (!copy || age === "old" || age === "gone") return this.#ask(name, copy, now, waitUntil);
    if (age === "ageing" && !this.#loading.has(name)) void this.#load(name, now, waitUntil);
    return copy.value;
  }

  forget(name: string): void {
    this.#copies.delete(name);
    this.#loading.delete(name);
  }

  forgetAll(): void {
    this.#copies.clear();
    this.#loading.clear();
  }

  async #ask(name: string, copy: Copy<T> | undefined, now: number, waitUntil: WaitUntil): Promise<T | undefined> {
    try {
      return await this.#load(name, now, waitUntil);
    } catch (error) {
      const serves = copy && ageOf(copy.at, this.#limits, this.#source.now()) !== "gone";
      if (serves && this.#source.isDown(error)) return copy.value;
      throw error;
    }
  }

  /** One load per name at a time, however many ask; one that hangs is not waited for by those who come later. */
  #load(name: string, now: number, waitUntil: WaitUntil): Promise<T | undefined> {
    const running = this.#loading.get(name);
    if (running && now - running.at < this.#limits.freshFor) return running.result;
    const loading: Loading<T> = { at: now, result: this.#source.load(name) };
    this.#loading.set(name, loading);
    const settled = loading.result.then(
      (value) => {
        // Forgotten while it was under way: what it found may be from before the write.
        if (this.#loading.get(name) !== loading) return;
        this.#loading.delete(name);
        this.#copies.delete(name);
        if (value !== undefined) this.#copies.set(name, { value, at: this.#source.now() });
        this.#sweep();
      },
      () => {
        if (this.#loading.get(name) === loading) this.#loading.delete(name);
        this.#sweep();
      },
    );
    // Others may wait for this load: it must outlive the request that began it.
    waitUntil(settled);
    return loading.result;
  }

  #sweep(): void {
    const now = this.#source.now();
    for (const [name, copy] of this.#copies) {
      if (ageOf(copy.at, this.#limits, now) !== "gone" && this.#copies.size <= this.#limits.size) break;
      this.#copies.delete(name);
    }
  }
}
