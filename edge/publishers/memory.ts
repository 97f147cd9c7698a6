/** What a session's object keeps on disk. Written only when it is something else than before: heartbeats write nothing. */
import { NamedAlarm } from "../objects/alarm.ts";
import type { Identity } from "./identity.ts";
import { type Due, dueNames, type Kept, keep, type Session } from "./state.ts";

interface Remembered {
  identity: Identity;
  state: Kept;
}

const KEY = "session";

export class Memory {
  readonly #ctx: DurableObjectState;
  readonly #alarm: NamedAlarm<keyof Due>;
  #text = "";

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    this.#alarm = new NamedAlarm(ctx.storage, dueNames);
  }

  load(): Remembered | undefined {
    return this.#ctx.storage.kv.get<Remembered>(KEY);
  }

  /** Nothing is kept of what never registered or is gone. */
  keep(identity: Identity | undefined, state: Session): void {
    if (!identity || state.presence === "gone") return;
    const remembered: Remembered = { identity, state: keep(state) };
    const text = JSON.stringify(remembered);
    if (text !== this.#text) this.#ctx.storage.kv.put(KEY, remembered);
    this.#text = text;
    this.#ctx.waitUntil(this.#alarm.all(state.due));
  }

  async alarmFired(): Promise<void> {
    await this.#alarm.fired(Date.now());
  }

  async forget(): Promise<void> {
    this.#text = "";
    await this.#alarm.all({});
    await this.#ctx.storage.deleteAll();
  }
}
