/**
 * Work that must be finished before the process ends. If the answer of a renewal is not stored, this machine loses its login. So
 * signals end the program only after such work.
 */
const underway = new Set<Promise<unknown>>();

/** After so long nobody waits any more, in milliseconds: whoever pressed Ctrl-C wants to see it end. */
export const PATIENCE_MS = 5_000;

/** @returns the work itself, which `finished` waits for. */
export function unbroken<T>(work: Promise<T>): Promise<T> {
  underway.add(work);
  const over = () => void underway.delete(work);
  work.then(over, over);
  return work;
}

/** Resolves when nothing of the kind is under way, or the patience is over. */
export async function finished(patienceMs = PATIENCE_MS): Promise<void> {
  if (underway.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([Promise.allSettled(underway), enough]);
  clearTimeout(timer);
}

/** These signals end the process as they would by themselves, but after what is unbroken. */
export function endAfterUnbroken(...signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) {
    const end = () =>
      void finished().then(() => {
        process.off(signal, end);
        process.kill(process.pid, signal);
      });
    // Not once: who cleans up after a signal (write-file-atomic does) ends the process where nobody else listens.
    process.on(signal, end);
  }
}
