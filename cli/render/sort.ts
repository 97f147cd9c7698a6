/** `--sort-by`: numbers by size, everything else by its letters; what lacks the field comes last. */
import { usage } from "../failure.ts";
import { flatHint } from "./flat.ts";
import { valuesAt } from "./jsonpath.ts";

/** @throws Failure usage for a field that none of them has, as kubectl does: an order by nothing is a mistyped one. */
export function sortBy<T>(rows: readonly T[], path: string): T[] {
  const valuesOf = valuesAt(path);
  const keyed = rows.map((row) => ({ row, key: valuesOf(row)[0] }));
  if (rows.length > 0 && keyed.every(({ key }) => key === undefined))
    throw usage(
      `None of them has the field "${path}" of --sort-by.`,
      flatHint(path) ?? "`get … -o json --show-status` shows the fields there are.",
    );
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ row }) => row);
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : 1;
  if (b === undefined || b === null) return -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
