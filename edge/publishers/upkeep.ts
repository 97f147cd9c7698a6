/** A session's rows, kept as its object wants them: written one after the other, told to whoever holds a copy. */
import type { Change } from "../changes.ts";
import type { Deps } from "../deps.ts";
import { log } from "../log.ts";
import { Turns } from "../objects/turns.ts";
import { deleteInactive, dropFromPublisher, setPresence } from "./rows.ts";

export class Upkeep {
  readonly #deps: Deps;
  readonly #turns = new Turns();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** In its turn among all writes, so that the last one says how it is. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work);
  }

  done(): Promise<void> {
    return this.#turns.done();
  }

  /** @returns whether the store took it. */
  async show(session: string, state: "active" | "inactive", llms: readonly string[]): Promise<boolean> {
    try {
      await this.tell(await setPresence(this.#deps.store, session, state, llms, new Date()));
      return true;
    } catch (error) {
      log("publisher-state-not-written", { session, state, cause: error });
      return false;
    }
  }

  /** Shown to people only: what the store does not take is right again at the next registration. */
  async withdraw(session: string | undefined, llms: readonly string[]): Promise<void> {
    if (session === undefined) return;
    try {
      await this.tell(await dropFromPublisher(this.#deps.store, session, llms));
    } catch (error) {
      log("publisher-withdrawal-not-written", { session, llms, cause: error });
    }
  }

  /** What the store does not take now, the sweep deletes. */
  async remove(session: string): Promise<void> {
    try {
      await this.tell(await deleteInactive(this.#deps.store, new Date(), session));
    } catch (error) {
      log("publisher-rows-not-deleted", { session, cause: error });
    }
  }

  async tell(changes: readonly Change[]): Promise<void> {
    await this.#deps.changes.emit(...changes);
  }
}
