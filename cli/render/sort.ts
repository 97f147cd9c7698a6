/** `--sort-by`: numbers by size, everything else by its letters; what lacks the field comes last. */
import { at } from "./cell.ts";

export function sortBy<T>(rows: readonly T[], path: string): T[] {
  const key = path.replace(/^\{?\.?|\}$/g, "");
  return [...rows].sort((a, b) => compare(at(a, key), at(b, key)));
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : 1;
  if (b === undefined || b === null) return -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
