/** One timer, for what is due while the object lives: the deadlines of its tasks, which end with it anyway. */
export class SingleTimer {
  readonly #due: () => void;
  #set: { at: number; handle: ReturnType<typeof setTimeout> } | undefined;

  constructor(due: () => void) {
    this.#due = due;
  }

  /** Moves it. @param at milliseconds since the epoch; undefined for never. */
  next(at: number | undefined): void {
    if (at === this.#set?.at) return;
    clearTimeout(this.#set?.handle);
    this.#set =
      at === undefined ? undefined : { at, handle: setTimeout(() => this.#fire(), Math.max(0, at - Date.now())) };
  }

  #fire(): void {
    this.#set = undefined;
    this.#due();
  }
}
