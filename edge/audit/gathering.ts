/** Events of one isolate, gathered so that a thousand requests cost twenty calls and not a thousand. */
import type { AuditEvent } from "#db/protocol/audit";
import { log } from "../log.ts";

/** Milliseconds that an event waits for others: what `kill -9` of the edge may lose (docs/architecture.md). */
const GATHER = 50;
/** Milliseconds between attempts to hand over. */
const RETRY = [200, 1_000, 5_000] as const;
/** A gathering older than this, in milliseconds, went down with the request that began it. */
const LOST = 10_000;
/** Events in one call and one row of the buffer. */
const CALL_EVENTS = 500;
/** Characters of them, each up to 3 bytes: a Durable Object's SQLite holds no value above 2 MB. */
const CALL_CHARACTERS = 600_000;
/** Events held while their buffer can't be reached; the oldest go first, and the log says how many. */
const HELD_EVENTS = 20_000;

export interface Port {
  now(): number;
  wait(milliseconds: number): Promise<void>;
  /** @param events JSON array of AuditEvent. */
  handOver(events: string, count: number): Promise<void>;
}

type WaitUntil = (work: Promise<unknown>) => void;

export class Gathering {
  readonly #port: Port;
  /** Ids need to be unique, not unguessable: the isolate's own, and a number. */
  #isolate = "";
  #made = 0;
  /** As JSON: a string is less to carry through the collector's generations than an object and all that it holds. */
  #events: string[] = [];
  /** When somebody undertook to hand over what is gathered. */
  #since: number | undefined;

  constructor(port: Port) {
    this.#port = port;
  }

  add(event: Omit<AuditEvent, "id" | "time">, waitUntil: WaitUntil): void {
    // Random numbers can't be made before the first request: not in the constructor.
    this.#isolate ||= crypto.randomUUID();
    const now = this.#port.now();
    const id = `${this.#isolate}-${(this.#made++).toString(36)}`;
    this.#events.push(`{"id":"${id}","time":"${new Date(now).toISOString()}",${JSON.stringify(event).slice(1)}`);
    if (this.#since !== undefined && now - this.#since < LOST) return;
    this.#since = now;
    waitUntil(this.#deliver());
  }

  async #deliver(): Promise<void> {
    await this.#port.wait(GATHER);
    // What comes from now on is somebody else's: each call costs its object a write to the disk.
    this.#since = undefined;
    for (let left = this.#events.length; left > 0 && this.#events.length > 0; ) {
      const batch = this.#events.splice(0, Math.min(left, fitting(this.#events)));
      left -= batch.length;
      if (await this.#handOver(batch)) continue;
      this.#events.unshift(...batch);
      const excess = this.#events.length - HELD_EVENTS;
      if (excess > 0) {
        this.#events.splice(0, excess);
        log("audit-lost", { events: excess });
      }
      return;
    }
  }

  /** Handing over twice is harmless: ids are the same. */
  async #handOver(batch: readonly string[]): Promise<boolean> {
    const events = `[${batch.join(",")}]`;
    for (const pause of [...RETRY, undefined]) {
      try {
        await this.#port.handOver(events, batch.length);
        return true;
      } catch (error) {
        if (pause === undefined) {
          log("audit-not-handed-over", { events: batch.length, cause: error });
          return false;
        }
        await this.#port.wait(pause);
      }
    }
    return false;
  }
}

/** How many of the first events go into one call; one at least. */
function fitting(events: readonly string[]): number {
  let characters = 0;
  for (let i = 0; i < events.length && i < CALL_EVENTS; i++) {
    characters += events[i]?.length ?? 0;
    if (i > 0 && characters > CALL_CHARACTERS) return i;
  }
  return Math.min(events.length, CALL_EVENTS);
}
