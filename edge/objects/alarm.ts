/**
 * The one alarm that an object has (a Durable Object has no more), shared by everything in it that is due at some time. Each has a name.
 */
type Due<Name extends string> = Partial<Record<Name, number>>;

const KEY = "alarm";

export class NamedAlarm<Name extends string> {
  readonly #storage: Pick<DurableObjectStorage, "kv" | "getAlarm" | "setAlarm" | "deleteAlarm">;
  readonly #names: readonly Name[];
  readonly #kept: boolean;
  #due: Due<Name>;
  #set: number | undefined;

  /**
   * @param names all that there are.
   * @param kept whether names and times are written down, for an object that does not know them from its own state after a restart. The
   * alarm itself survives one in any case.
   */
  constructor(
    storage: Pick<DurableObjectStorage, "kv" | "getAlarm" | "setAlarm" | "deleteAlarm">,
    names: readonly Name[],
    { kept = false }: { kept?: boolean } = {},
  ) {
    this.#storage = storage;
    this.#names = names;
    this.#kept = kept;
    this.#due = (kept ? storage.kv.get<Due<Name>>(KEY) : undefined) ?? {};
  }

  /** For an object with a single name: when it is due, as the alarm of an earlier life says. Milliseconds since the epoch. */
  async restored(name: Name): Promise<number | undefined> {
    const at = (await this.#storage.getAlarm()) ?? undefined;
    this.#set = at;
    this.#due = this.#only({ [name]: at } as Due<Name>);
    return at;
  }

  /**
   * Moves what is named, and leaves the others. Writes only where something changes.
   * @param due milliseconds since the epoch; undefined for never.
   */
  async next(due: { [N in Name]?: number | undefined }): Promise<void> {
    await this.all({ ...this.#due, ...due });
  }

  /** These are due, and nothing else. */
  async all(due: { [N in Name]?: number | undefined }): Promise<void> {
    const before = JSON.stringify(this.#due);
    this.#due = this.#only(due);
    if (this.#kept && JSON.stringify(this.#due) !== before) this.#storage.kv.put(KEY, this.#due);
    const times: number[] = Object.values(this.#due);
    const at = times.length > 0 ? Math.min(...times) : undefined;
    if (at === this.#set) return;
    this.#set = at;
    await (at === undefined ? this.#storage.deleteAlarm() : this.#storage.setAlarm(at));
  }

  /**
   * The runtime has called: what is due now is due no more, and the alarm is set for what is left.
   * @returns what is due; everything, where nothing is known of what the alarm was for.
   */
  async fired(now: number): Promise<Name[]> {
    this.#set = undefined;
    const known = this.#names.filter((name) => this.#due[name] !== undefined);
    const due = known.filter((name) => (this.#due[name] ?? now) <= now);
    await this.next(Object.fromEntries(due.map((name) => [name, undefined])) as Due<Name>);
    return known.length === 0 ? [...this.#names] : due;
  }

  /** In the order of the names, so that the same is written the same. */
  #only(due: { [N in Name]?: number | undefined }): Due<Name> {
    const entries = this.#names.flatMap((name) => (due[name] === undefined ? [] : [[name, due[name]] as const]));
    return Object.fromEntries(entries) as Due<Name>;
  }
}
