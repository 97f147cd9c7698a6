/** Deciding once more where somebody wrote the same row between our reading and our writing. */
import { refuse } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { isRace, Overtaken } from "./conflicts.ts";
import { reachOf } from "./reach.ts";
import { findRows } from "./read.ts";
import type { NamedKind, Stored } from "./stored.ts";

/** Everybody who writes the same row at once wins one round; more than this many rounds is somebody's loop. */
const rounds = 20;

/**
 * @param called what messages call it.
 * @param attempt decides upon the row as it is now, and writes only if it still is so. It throws `Overtaken` where it is not.
 * @throws Refusal not_found where it was deleted meanwhile, lost_update where others write it all the time
 */
export async function inRounds<R extends Stored | undefined, T>(
  call: Call,
  kind: NamedKind,
  { first, called }: { first: R; called: string },
  attempt: (row: R | Stored) => Promise<T>,
): Promise<T> {
  let row: R | Stored = first;
  for (let round = 1; ; round++) {
    try {
      return await attempt(row);
    } catch (error) {
      if (!(error instanceof Overtaken) && !isRace(error)) throw error;
      if (round === rounds)
        refuse("lost_update", `The ${kind.name} ${JSON.stringify(called)} is being changed by too many at once.`, {
          hint: "Try again in a moment.",
          cause: error,
        });
      if (row) row = await again(call, kind, row, round);
    }
  }
}

/** Waits a little, so that writers of one row do not stay in step, and reads it anew. */
async function again(call: Call, kind: NamedKind, before: Stored, round: number): Promise<Stored> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * round));
  const [row] = await findRows(call.deps.store.db, kind, before.id, { reach: reachOf(call.caller, kind) });
  // Another one may be called what this one had as its id.
  if (row?.id === before.id) return row;
  return refuse("not_found", `The ${kind.name} ${JSON.stringify(before.name)} was deleted meanwhile.`);
}
