/** One at a time, first come first served: whose turn it is to use a thing that can't be shared. */
export class Turns {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn. What comes back ends the turn; calling it again does nothing. */
  async take(): Promise<() => void> {
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const next = this.#waiting.shift();
      // Handed over directly, so that nobody who comes between slips in.
      if (next) next();
      else this.#taken = false;
    };
  }
}
