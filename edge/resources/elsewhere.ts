/** Rows that are something else's: what of them depends on who looks, and how they change and end. */
import type { Call } from "../http/call.ts";
import { sourceOf } from "../kinds/index.ts";
import { Overtaken } from "./conflicts.ts";
import { assertSeen, type Preconditions } from "./precondition.ts";
import { inRounds } from "./rounds.ts";
import type { NamedKind, Stored } from "./stored.ts";

export async function viewOf(call: Call, kind: NamedKind): Promise<(row: Stored) => Stored> {
  const source = kind.stored === "elsewhere" ? sourceOf(kind.name) : undefined;
  return (await source?.viewOf?.(call)) ?? ((row) => row);
}

interface Options {
  dryRun: boolean;
  seen: Preconditions;
}

/** @returns the row as it was. @throws Refusal lost_update, not_found */
export async function end(call: Call, kind: NamedKind, first: Stored, { dryRun, seen }: Options): Promise<Stored> {
  const source = sourceOf(kind.name);
  return inRounds(call, kind, { first, called: first.name }, async (row) => {
    assertSeen(kind, row, seen);
    if (!source.remove) throw new Error(`${kind.name} can be deleted, and its source can't`);
    if (!dryRun && !(await source.remove(row, call))) throw new Overtaken();
    return row;
  });
}
