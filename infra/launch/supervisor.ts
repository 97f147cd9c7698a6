/** Keeps processes running: starts again what ended by itself, stops all of them in the opposite order. */
import { setTimeout as wait } from "node:timers/promises";
import { afterEnd, noTrouble } from "./back-off.ts";
import type { KeptProcess } from "./kept-process.ts";

export interface Service {
  name: string;
  /** Resolves when it does what it is for. Called again each time it has ended. */
  start(): Promise<KeptProcess>;
}

export interface SupervisorEvents {
  /** For a person to read. */
  say(line: string): void;
  /** The processes are other ones now. */
  changed(pids: Readonly<Record<string, number>>): void;
}

export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #running = new Map<string, KeptProcess>();
  readonly #order: string[] = [];
  readonly #watches: Promise<void>[] = [];
  readonly #stopping = new AbortController();

  constructor(events: SupervisorEvents) {
    this.#events = events;
  }

  get stopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  get pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#running].map(([name, { pid }]) => [name, pid]));
  }

  /** Resolves when it runs. @throws where the first start fails. */
  async run(service: Service): Promise<void> {
    this.#order.push(service.name);
    await this.#start(service);
    this.#watches.push(this.#watch(service));
  }

  /** Resolves when none is left. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const name of this.#order.toReversed()) await this.#running.get(name)?.stop();
    await Promise.all(this.#watches);
  }

  /** Without asking. */
  async kill(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.values()].map((process) => process.kill()));
  }

  async #start(service: Service): Promise<void> {
    const process = await service.start();
    this.#running.set(service.name, process);
    if (this.stopping) await process.kill();
    this.#report();
  }

  async #watch(service: Service): Promise<void> {
    let trouble = noTrouble;
    let began = Date.now();
    for (;;) {
      const how = await this.#ended(service.name);
      if (this.stopping) return;
      const next = afterEnd(trouble, how === undefined ? 0 : Date.now() - began);
      trouble = next.trouble;
      if (how !== undefined)
        this.#events.say(`${service.name} ended (${how}); it will be restarted in ${next.waitMs / 1000} s.`);
      try {
        await wait(next.waitMs, undefined, { signal: this.#stopping.signal });
        began = Date.now();
        await this.#start(service);
        this.#events.say(`${service.name} runs again.`);
      } catch (error) {
        if (this.stopping) return;
        this.#events.say(`${service.name} could not be started: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  /** @returns how it ended, undefined where it did not run at all. */
  async #ended(name: string): Promise<string | undefined> {
    const process = this.#running.get(name);
    if (!process) return undefined;
    const how = await process.ended;
    this.#running.delete(name);
    if (!this.stopping) this.#report();
    return how;
  }

  #report(): void {
    this.#events.changed(this.pids);
  }
}
