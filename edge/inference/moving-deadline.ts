/**
 * A deadline that moves, on one timer of the runtime. Stopping a timer costs a small answer as much as starting one, and most
 * answers are there before any deadline: so the timer is left alone while the deadline moves or goes, and looks again when it
 * rings too early.
 */

/** Milliseconds after which a new timer rings at the latest: a deadline that comes soon after a late one is then free too. */
const SOON = 100;

export class MovingDeadline {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ringsAt = 0;
  #long = false;
  #due = 0;
  #ring: () => void = () => {};

  /** Replaces what was set before. */
  set(milliseconds: number, ring: () => void): void {
    const now = Date.now();
    this.#due = now + milliseconds;
    this.#ring = ring;
    if (this.#timer !== undefined) {
      if (this.#ringsAt <= this.#due) return;
      clearTimeout(this.#timer);
    }
    this.#start(now, Math.min(milliseconds, SOON));
  }

  /** A timer that is to ring soon is left to ring in vain, unless its request ends before, and it with it. */
  clear(): void {
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#timer === undefined || !this.#long) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(now: number, milliseconds: number): void {
    this.#ringsAt = now + milliseconds;
    this.#long = milliseconds > SOON;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#due === Number.POSITIVE_INFINITY) return;
      const at = Date.now();
      if (at < this.#due) this.#start(at, this.#due - at);
      else this.#ring();
    }, milliseconds);
  }
}
