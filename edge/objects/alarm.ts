/** The one alarm that an object has. Due times have names and stand in the machine's state; this only keeps the next one set. */
export class SingleAlarm {
  readonly #storage: DurableObjectStorage;
  #at: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** The runtime took it: it is set no more. */
  fired(): void {
    this.#at = undefined;
  }

  /** Writes only when the next moment is another one. */
  async next(at: number | undefined): Promise<void> {
    if (at === this.#at) return;
    this.#at = at;
    await (at === undefined ? this.#storage.deleteAlarm() : this.#storage.setAlarm(at));
  }
}
