/**
 * What a reader of the store has seen: PostgreSQL's `pg_snapshot`, as text and in here. Numbers of a sequence don't tell: who
 * takes the lower one may commit later. A snapshot tells exactly which transactions were there, so that what came between
 * two of them is delivered once, and nobody waits for a transaction that takes long. Pure.
 */

export interface Snapshot {
  /** Every transaction before this one had ended. */
  xmin: bigint;
  /** No transaction from this one on had begun. */
  xmax: bigint;
  /** Those between that were still under way, ascending. */
  running: readonly bigint[];
}

const form = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/;

/** @returns undefined for what PostgreSQL would not take as one. */
export function parseSnapshot(text: string): Snapshot | undefined {
  const found = form.exec(text);
  if (!found) return undefined;
  const [, min = "", max = "", list = ""] = found;
  const xmin = BigInt(min);
  const xmax = BigInt(max);
  const running = list === "" ? [] : list.split(",").map(BigInt);
  const ascending = running.every((x, i) => x >= xmin && x < xmax && (i === 0 || x > (running[i - 1] ?? x)));
  return xmin > 0n && xmin <= xmax && xmax < 1n << 63n && ascending ? { xmin, xmax, running } : undefined;
}

/** Whether a transaction had ended when the snapshot was taken. */
export function sees({ xmin, xmax, running }: Snapshot, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !running.includes(xid));
}

/** Whether `later` has seen all that `earlier` has. Of two snapshots of one store one always has. */
export function covers(later: Snapshot, earlier: Snapshot): boolean {
  return later.xmax >= earlier.xmax && later.running.every((xid) => !sees(earlier, xid));
}

/**
 * Whether something that this snapshot has not seen may have been forgotten since.
 * @param floor the newest transaction of which changes were forgotten; undefined: none.
 * @param now what is seen now: who is still under way has had nothing forgotten.
 */
export function isOutdated(seen: Snapshot, floor: bigint | undefined, now: Snapshot): boolean {
  // From another store, or from before this one was set back.
  if (seen.xmax > now.xmax) return true;
  if (floor === undefined || floor < seen.xmin) return false;
  return floor >= seen.xmax || seen.running.some((xid) => xid <= floor && sees(now, xid));
}
