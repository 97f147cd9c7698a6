/** A map that forgets what was put in first. Bounded, because an isolate has 128 MB and strangers choose the keys. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** @returns the keys of what was deleted. */
  deleteWhere(matches: (value: V) => boolean): string[] {
    const keys = [...this.#entries].filter(([, value]) => matches(value)).map(([key]) => key);
    for (const key of keys) this.#entries.delete(key);
    return keys;
  }
}
