/** A session's rows, kept as its object wants them: written one after the other, told to whoever holds a copy. */
import { causeOf } from "../cause.ts";
import type { Change } from "../changes.ts";
import type { Deps } from "../deps.ts";
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
      console.error(`publisher ${session}: that it is ${state} was not written and will be again:`, causeOf(error));
      return false;
    }
  }

  /** Shown to people only: what the store does not take is right again at the next registration. */
  async withdraw(session: string | undefined, llms: readonly string[]): Promise<void> {
    if (session === undefined) return;
    try {
      await this.tell(await dropFromPublisher(this.#deps.store, session, llms));
    } catch (error) {
      console.error(`publisher ${session}: that ${llms.join(", ")} went was not written:`, causeOf(error));
    }
  }

  /** What the store does not take now, the sweep deletes. */
  async remove(session: string): Promise<void> {
    try {
      await this.tell(await deleteInactive(this.#deps.store, new Date(), session));
    } catch (error) {
      console.error(`publisher ${session}: its rows were left to the sweep:`, causeOf(error));
    }
  }

  async tell(changes: readonly Change[]): Promise<void> {
    await this.#deps.changes.emit(...changes);
  }
}
