/**
 * Sessions that hang on a principal (docs/decisions/sessions-hang-on-rights.md): its Guard keeps their names, and tells each of
 * them when something has changed. A session that is told looks for itself what the change means.
 */
import { within } from "../deadline.ts";
import { each } from "../each.ts";
import { log } from "../log.ts";
import type { NamedAlarm } from "../objects/alarm.ts";

/** Sessions of one principal. Each is told with one call, of which an invocation has 1,000 (Workers' limits). */
export const MAX_DEPENDENTS = 900;
const AT_ONCE = 50;
/** A session that does not answer within this time, in milliseconds, holds up neither the others nor the write. */
const PATIENCE_MS = 2_000;
/** Milliseconds until a session that was not reached is told again; each time twice as long, up to the last. */
const AGAIN_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
/** A session that could not be reached for so long, in milliseconds, has been deleted in the meantime. */
const FORGOTTEN_MS = 4 * 3_600_000;

const PREFIX = "dependent:";
/** Set while all are told: an instance that begins anew finds that its predecessor did not finish. */
const TELLING = "telling";

interface Kept {
  /** Differs for each time that a session said that it hangs here. */
  stamp: string;
  /** How often it was not reached since, and when that began (milliseconds since the epoch). */
  missed?: { times: number; since: number };
}

/** Those of one Guard, on its disk: the Guard may have been evicted for days when something changes. */
export class Dependents {
  readonly #storage: Pick<DurableObjectStorage, "kv">;
  readonly #alarm: Pick<NamedAlarm<"tell">, "next">;
  readonly #tell: (name: string) => Promise<boolean>;
  #running: Promise<void> | undefined;
  /** Whether something changed since the round that is under way began. */
  #again = false;

  /** @param tell whether the session still hangs here. Throws where the session could not be reached. */
  constructor(
    storage: Pick<DurableObjectStorage, "kv">,
    alarm: Pick<NamedAlarm<"tell">, "next">,
    tell: (name: string) => Promise<boolean>,
  ) {
    this.#storage = storage;
    this.#alarm = alarm;
    this.#tell = tell;
  }

  /** @returns false where too many hang here already. */
  add(name: string): boolean {
    const { kv } = this.#storage;
    if (kv.get(PREFIX + name) === undefined && this.#all().length >= MAX_DEPENDENTS) return false;
    const kept: Kept = { stamp: crypto.randomUUID() };
    kv.put(PREFIX + name, kept);
    return true;
  }

  remove(name: string): void {
    this.#storage.kv.delete(PREFIX + name);
  }

  any(): boolean {
    return this.#all().length > 0;
  }

  /**
   * Something has changed: tells all sessions. Returns when they have been told, or after `PATIENCE_MS`; what is left goes on, and an
   * alarm outlives a restart, so that no change is lost. Changes that come meanwhile are told together.
   */
  async changed(): Promise<void> {
    if (!this.any()) return;
    this.#storage.kv.put(TELLING, true);
    await this.#alarm.next({ tell: Date.now() + PATIENCE_MS + AGAIN_MS });
    this.#again = true;
    await within(this.#run(), PATIENCE_MS, () => new Error("not all have answered yet")).catch(() => {});
  }

  /** At the object's alarm: tells those who were not reached, or all where an earlier instance did not finish. */
  async due(): Promise<void> {
    if (this.#running) return this.#alarm.next({ tell: Date.now() + PATIENCE_MS + AGAIN_MS });
    if (this.#storage.kv.get(TELLING) !== undefined) this.#again = true;
    await this.#run();
  }

  #run(): Promise<void> {
    this.#running ??= this.#rounds().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #rounds(): Promise<void> {
    if (!this.#again) await this.#round(this.#all().filter(([, { missed }]) => missed));
    while (this.#again) {
      this.#again = false;
      // Those who did not answer the last time come last: nobody waits for them.
      await this.#round(this.#all().sort(([, a], [, b]) => (a.missed?.times ?? 0) - (b.missed?.times ?? 0)));
    }
    this.#storage.kv.delete(TELLING);
    const pauses = this.#all().flatMap(([, { missed }]) => (missed ? [pauseAfter(missed.times)] : []));
    await this.#alarm.next({ tell: pauses.length > 0 ? Date.now() + Math.min(...pauses) : undefined });
  }

  async #round(names: readonly [string, Kept][]): Promise<void> {
    await each(names, AT_ONCE, async ([name, kept]) => {
      try {
        const hangs = await within(this.#tell(name), PATIENCE_MS, () => new Error(`no answer in ${PATIENCE_MS} ms`));
        this.#note(name, kept, hangs ? { stamp: kept.stamp } : undefined);
      } catch (cause) {
        log("dependent-not-told", { name, cause });
        const { times, since } = kept.missed ?? { times: 0, since: Date.now() };
        const forgotten = Date.now() - since > FORGOTTEN_MS;
        this.#note(name, kept, forgotten ? undefined : { stamp: kept.stamp, missed: { times: times + 1, since } });
      }
    });
  }

  /** Unless the session has said meanwhile that it hangs here, or that it does not. */
  #note(name: string, before: Kept, now: Kept | undefined): void {
    const { kv } = this.#storage;
    if (kv.get<Kept>(PREFIX + name)?.stamp !== before.stamp) return;
    if (!now) kv.delete(PREFIX + name);
    else if (now.missed || before.missed) kv.put(PREFIX + name, now);
  }

  #all(): [string, Kept][] {
    return [...this.#storage.kv.list<Kept>({ prefix: PREFIX })].map(([key, kept]) => [key.slice(PREFIX.length), kept]);
  }
}

const pauseAfter = (times: number) => Math.min(LAST_PAUSE_MS, AGAIN_MS * 2 ** (times - 1));
