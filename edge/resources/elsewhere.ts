/** Rows that are something else's: what of them depends on who looks, and how they end. */

import type { Call } from "../call.ts";
import { sourceOf } from "../kinds/index.ts";
import { assertSeen, type Preconditions } from "./precondition.ts";
import type { NamedKind, Stored } from "./stored.ts";

export async function viewOf(call: Call, kind: NamedKind): Promise<(row: Stored) => Stored> {
  const source = kind.stored === "elsewhere" ? sourceOf(kind.name) : undefined;
  return (await source?.viewOf?.(call)) ?? ((row) => row);
}

/** @returns the row as it was. @throws Refusal lost_update */
export async function end(
  call: Call,
  kind: NamedKind,
  row: Stored,
  { dryRun, seen }: { dryRun: boolean; seen: Preconditions },
): Promise<Stored> {
  assertSeen(kind, row, seen);
  const source = sourceOf(kind.name);
  if (!source.remove) throw new Error(`${kind.name} can be deleted, and its source can't`);
  if (!dryRun) await source.remove(row, call);
  return row;
}
