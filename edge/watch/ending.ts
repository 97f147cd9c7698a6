/** What can end at any moment, and those who wait for something meanwhile. Unlike a promise in a race it keeps none of them. */
export class Ending {
  #reason: { error: unknown } | undefined;
  readonly #waiting = new Set<(error: unknown) => void>();

  get reached(): boolean {
    return this.#reason !== undefined;
  }

  /** The first reason counts. */
  reach(error: unknown): void {
    if (this.#reason) return;
    this.#reason = { error };
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  /** What the work comes to, or the reason of the end as an error, whichever comes first. */
  or<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#reason) reject(this.#reason.error);
      else this.#waiting.add(reject);
      work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}
