/** Deleting one resource: refused while others refer to it, and they are named. */
import { eq } from "drizzle-orm";
import { Refusal, refuse } from "#db/protocol/errors";
import type { TableKind } from "#db/resources/index";
import { resources } from "#db/tables/index";
import type { Stored } from "../behaviours/behaviour.ts";
import { behaviours } from "../behaviours/index.ts";
import type { Call } from "../call.ts";
import { fieldChanges, tell } from "./audit.ts";
import { isStillReferred } from "./conflicts.ts";
import { assertSeen } from "./precondition.ts";
import { writeEdges } from "./references.ts";
import { type Referrer, referrersOf } from "./referrers.ts";
import { rehearse } from "./rehearse.ts";

/** Named in the refusal; more are counted as "and more". */
const named = 10;

/** @returns the row as it was. @throws Refusal not_found, lost_update, still_referred */
export async function remove(
  call: Call,
  kind: TableKind,
  { id, name }: Stored,
  { dryRun, seen }: { dryRun: boolean; seen: readonly string[] | undefined },
): Promise<Stored> {
  const { store } = call.deps;
  const t = resources[kind.name];
  let gone: Stored;
  try {
    gone = await rehearse(store, dryRun, async (tx) => {
      const [row] = await tx.select().from(t).where(eq(t.id, id)).for("update");
      if (!row) refuse("not_found", `The ${kind.name} ${JSON.stringify(name)} was deleted meanwhile.`);
      assertSeen(kind, row, seen);
      assertNotTheOne(kind, row);
      await behaviours[kind.name]?.beforeDelete?.(row, tx, call.caller);
      // What it says itself must not keep it: a row may name itself.
      await writeEdges(tx, kind.name, id, [], true);
      await tx.delete(t).where(eq(t.id, id));
      return row;
    });
  } catch (error) {
    if (!isStillReferred(error)) throw error;
    throw stillReferred(kind, name, await referrersOf(store.db, kind, id, named + 1), error);
  }
  if (!dryRun)
    await tell(
      call,
      kind,
      { kind: kind.name, id, name: gone.name, verb: "deleted", before: gone.spec },
      fieldChanges(kind, gone, undefined, []),
    );
  return gone;
}

function assertNotTheOne(kind: TableKind, row: Stored): void {
  const field = kind.exactlyOne;
  if (!field || row.spec[field] !== true) return;
  refuse(
    "still_referred",
    `The ${kind.name} ${JSON.stringify(row.name)} is the one with ${field}, and there must be one.`,
    {
      hint: `Set ${field} on another ${kind.name} first.`,
    },
  );
}

function stillReferred(kind: TableKind, name: string, referrers: readonly Referrer[], cause: unknown): Refusal {
  const faults = referrers.slice(0, named).map((r) => ({
    path: `${r.kind}/${r.name}`,
    message: `refers to it in ${r.path}`,
  }));
  const list = faults.map((f) => f.path).join(", ") + (referrers.length > named ? " and more" : "");
  return new Refusal(
    "still_referred",
    `The ${kind.name} ${JSON.stringify(name)} is in use by ${list || "something that has gone meanwhile"}.`,
    {
      faults,
      hint: faults.length > 0 ? "Change or delete those first." : "Try again.",
      cause,
    },
  );
}
