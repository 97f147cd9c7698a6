/** The one way in which tests wait: for a condition, never for time. */

/** How long something may take on a small machine that does other things as well, where nothing promises less. */
const PATIENCE_MS = 20_000;
/** Between two looks. */
const LOOK_MS = 25;

/**
 * Looks again and again until it holds.
 * @param ms how long at the most; what the system promises, where it promises something.
 * @returns milliseconds until it held.
 * @throws Error that says what did not come true.
 */
export async function until(
  what: string | (() => string),
  holds: () => Promise<boolean> | boolean,
  ms = PATIENCE_MS,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await holds()) return performance.now() - began;
    if (performance.now() - began > ms)
      throw new Error(`did not come true within ${ms} ms: ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
