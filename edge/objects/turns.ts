/** Work that must not overlap: one after the other, whatever becomes of each. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects as `work` does; the next one runs all the same. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** When everything taken so far has ended. */
  async done(): Promise<void> {
    await this.#last;
  }
}
