/** `-l` of verbs that change or delete what it selects. */
import { usage } from "./failure.ts";

/**
 * An empty selector selects everything, which nobody means who writes `-l "$LABELS"` and has no such variable.
 * @throws Failure usage
 */
export function mustLimit(selector: string | undefined): void {
  if (selector === undefined || /[^\s,]/.test(selector)) return;
  throw usage("-l is empty, so it would select everything.", "Give labels, as in -l team=red, or use --all.");
}
