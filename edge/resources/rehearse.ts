/** A dry run is the real transaction, rolled back: it meets every constraint and every hook that the write would meet. */
import type { Store, Transaction } from "../store.ts";

class Rehearsed<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super("rolled back on purpose");
    this.result = result;
  }
}

export async function rehearse<T>(store: Store, dryRun: boolean, work: (tx: Transaction) => Promise<T>): Promise<T> {
  if (!dryRun) return store.transaction(work);
  let rehearsed: Rehearsed<T> | undefined;
  try {
    return await store.transaction(async (tx) => {
      rehearsed = new Rehearsed(await work(tx));
      throw rehearsed;
    });
  } catch (error) {
    if (rehearsed !== undefined && error === rehearsed) return rehearsed.result;
    throw error;
  }
}
