/**
 * Sessions that hang on a principal (docs/decisions/sessions-hang-on-rights.md): its Guard keeps their names, and tells each of
 * them when something has changed. Whoever is told looks for itself what that means.
 */
import { each } from "../each.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import type { NamedAlarm } from "../objects/alarm.ts";

/** Of one principal. Told with one call each, of which an invocation has 1,000 (Workers' limits). */
export const MAX_DEPENDENTS = 900;
const AT_ONCE = 50;
/** One that does not answer holds up neither the others nor the write for longer than this, in milliseconds. */
const PATIENCE_MS = 2_000;
/** Whoever was not reached is told again after this. */
const AGAIN_MS = 1_000;

type DependentKind = "publisher";

/** `publisher:<session>`. */
export type Dependent = `${DependentKind}:${string}`;

/** The objects that can be told. */
export type Tellers = Pick<Env, "PUBLISHER">;

const tellers: Record<DependentKind, (env: Tellers, id: string, guard: string) => Promise<boolean>> = {
  publisher: async (env, id, guard) => await env.PUBLISHER.getByName(id).rightsChanged(guard),
};

/** @returns whether it still hangs on this Guard's principal. @throws what the call throws, where it did not get there */
export async function tellDependent(env: Tellers, dependent: string, guard: string): Promise<boolean> {
  const at = dependent.indexOf(":");
  const tell = tellers[dependent.slice(0, at) as DependentKind];
  if (!tell) throw new Error(`nobody knows how to tell ${dependent}`);
  return tell(env, dependent.slice(at + 1), guard);
}

const PREFIX = "dependent:";

/** Those of one Guard, on its disk: it may have been evicted for days when something changes. */
export class Dependents {
  readonly #storage: Pick<DurableObjectStorage, "kv">;
  readonly #alarm: Pick<NamedAlarm<"tell">, "next">;
  readonly #tell: (name: string) => Promise<boolean>;

  constructor(
    storage: Pick<DurableObjectStorage, "kv">,
    alarm: Pick<NamedAlarm<"tell">, "next">,
    tell: (name: string) => Promise<boolean>,
  ) {
    this.#storage = storage;
    this.#alarm = alarm;
    this.#tell = tell;
  }

  /** @returns false where there are too many already. */
  add(name: string): boolean {
    const { kv } = this.#storage;
    if (kv.get(PREFIX + name) !== undefined) return true;
    if (this.#names().length >= MAX_DEPENDENTS) return false;
    kv.put(PREFIX + name, true);
    return true;
  }

  remove(name: string): void {
    this.#storage.kv.delete(PREFIX + name);
  }

  any(): boolean {
    return this.#names().length > 0;
  }

  /**
   * Each of them, or later those that could not be: an alarm outlives a restart, so a telling that has begun is not lost. Those
   * that say that they hang on this no longer are forgotten.
   */
  async tell(): Promise<void> {
    const names = this.#names();
    if (names.length === 0) return;
    await this.#alarm.next({ tell: Date.now() + PATIENCE_MS + AGAIN_MS });
    let missed = 0;
    await each(names, AT_ONCE, async (name) => {
      try {
        if (!(await within(PATIENCE_MS, this.#tell(name)))) this.remove(name);
      } catch (error) {
        missed++;
        log("dependent-not-told", { name, cause: error });
      }
    });
    await this.#alarm.next({ tell: missed > 0 ? Date.now() + AGAIN_MS : undefined });
  }

  #names(): string[] {
    return [...this.#storage.kv.list({ prefix: PREFIX })].map(([key]) => key.slice(PREFIX.length));
  }
}

/** @throws Error when the time is over */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
