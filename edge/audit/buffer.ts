/**
 * Keeps audit events until the store has them, so that an outage of the store loses nothing. A batch is one row: a row per
 * event costs more than all the rest of a request.
 */
import { DurableObject } from "cloudflare:workers";
import { log } from "../log.ts";
import { NamedAlarm } from "../objects/alarm.ts";
import type { Variables } from "../settings.ts";
import { storeOf } from "../store.ts";
import { type Flushing, type Happened, idle, step } from "./flushing.ts";
import { insertEvents } from "./insert.ts";

/** Events and their characters in one statement; a batch that is larger goes alone. */
const FLUSH_EVENTS = 1_000;
const FLUSH_CHARACTERS = 4_000_000;
/** Statements in one alarm; what is left has the next one at once. */
const FLUSHES = 20;

type Batch = { id: number; count: number; events: string };

export class AuditBuffer extends DurableObject<Variables> {
  #state: Flushing = idle;
  readonly #alarm = new NamedAlarm(this.ctx.storage, ["flush"]);

  constructor(ctx: DurableObjectState, env: Variables) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      this.#sql(
        "create table if not exists batch (id integer primary key, count integer not null, events text not null)",
      );
      const alarmAt = await this.#alarm.restored("flush");
      await this.#happened({ is: "loaded", waiting: this.#waiting(), alarmAt });
    });
  }

  /**
   * Answers when the events are in this object's storage (the output gate holds the answer until they are).
   * @param events JSON array of AuditEvent.
   */
  async append(events: string, count: number): Promise<void> {
    this.#sql("insert into batch (count, events) values (?, ?)", count, events);
    await this.#happened({ is: "appended" });
  }

  override async alarm(): Promise<void> {
    await this.#alarm.fired(Date.now());
    try {
      for (let i = 0; i < FLUSHES; i++) if (!(await this.#flush())) break;
    } catch (error) {
      log("audit-not-stored", { batches: this.#waiting(), cause: error });
      return this.#happened({ is: "failed" });
    }
    await this.#happened({ is: "flushed", waiting: this.#waiting() });
  }

  /** @returns whether there was anything to write. @throws when the store can't be reached: nothing was deleted then. */
  async #flush(): Promise<boolean> {
    const batches: Batch[] = [];
    let events = 0;
    let characters = 0;
    for (const batch of this.ctx.storage.sql.exec<Batch>("select id, count, events from batch order by id limit 100")) {
      events += batch.count;
      characters += batch.events.length;
      if (batches.length > 0 && (events > FLUSH_EVENTS || characters > FLUSH_CHARACTERS)) break;
      batches.push(batch);
    }
    const last = batches.at(-1);
    if (!last) return false;
    await insertEvents(
      storeOf(this.env).db,
      batches.map((b) => b.events),
    );
    this.#sql("delete from batch where id <= ?", last.id);
    return true;
  }

  async #happened(happened: Happened): Promise<void> {
    const { state, alarm } = step(this.#state, happened, Date.now(), Math.random());
    this.#state = state;
    if (alarm !== undefined) await this.#alarm.next({ flush: alarm });
  }

  #waiting(): number {
    return this.ctx.storage.sql.exec<{ n: number }>("select count(*) as n from batch").one().n;
  }

  #sql(statement: string, ...values: (string | number)[]): void {
    this.ctx.storage.sql.exec(statement, ...values);
  }
}
