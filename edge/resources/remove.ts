/** Deleting one resource and what goes with it: refused while others refer to any of it, and they are named. */
import { eq, sql } from "drizzle-orm";
import { kindsByName, type TableKind } from "#db/kinds/index";
import { Refusal, refuse } from "#db/protocol/errors";
import { resources } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import { behaviours } from "../kinds/index.ts";
import type { Transaction } from "../store.ts";
import { changed, deleted, type Told, tell } from "./audit.ts";
import { isRace, isStillReferred } from "./conflicts.ts";
import { type Going, gather, type Referrer, referrersOf, removeAll } from "./dependents.ts";
import { maySee } from "./governor.ts";
import { assertSeen, type Preconditions } from "./precondition.ts";
import { rehearse } from "./rehearse.ts";
import type { Stored } from "./stored.ts";

/** Named in the refusal; more are counted as "and more". */
const named = 10;

/** @returns the row as it was. @throws Refusal not_found, lost_update, still_referred */
export async function remove(
  call: Call,
  kind: TableKind,
  { id, name }: Stored,
  { dryRun, seen }: { dryRun: boolean; seen: Preconditions | undefined },
): Promise<Stored> {
  const gone = await attempts(call, kind, name, () =>
    rehearse(call.deps.store, dryRun, (tx) => take(call, tx, kind, { id, name }, seen)),
  );
  if (!dryRun) await tell(call, ...toldOf(kind, gone, Date.now()));
  return gone.row;
}

/** @param now milliseconds since the epoch */
export const toldOf = (kind: TableKind, { row, before, all }: Gone, now: number): Told[] => [
  ...(before ? [changed(kind, before, row)] : []),
  ...all.flatMap((going) => going.rows.map((each) => deleted(going.kind, each, now))),
];

export interface Gone {
  row: Stored;
  /** Set where it can't go, and is as it was at first again. */
  before?: Stored;
  all: Going[];
}

/** The transaction's part. @throws Refusal */
export async function take(
  call: Call,
  tx: Transaction,
  kind: TableKind,
  { id, name }: Pick<Stored, "id" | "name">,
  seen: Preconditions | undefined,
): Promise<Gone> {
  const t = resources[kind.name];
  const [row] = await tx.select().from(t).where(eq(t.id, id)).for("update");
  if (!row) refuse("not_found", `The ${kind.name} ${JSON.stringify(name)} was deleted meanwhile.`);
  if (seen) assertSeen(kind, row, seen);
  assertNotTheOne(kind, row);
  const original = behaviours[kind.name]?.insteadOfDelete?.(row);
  if (original) return { row: await reset(tx, kind, row, original), before: row, all: [] };
  const all = await gather(tx, kind, row);
  for (const going of all) await behaviours[going.kind.name]?.beforeDelete?.(going.rows, tx, call.caller);
  const referrers = await referrersOf(tx, all, named + 1);
  if (referrers.length > 0) throw stillReferred(call, kind, name, referrers);
  await removeAll(tx, all);
  return { row, all };
}

/** Two that lock the same rows in another order may end each other; more than this many times is somebody's loop. */
const rounds = 10;

async function attempts(call: Call, kind: TableKind, name: string, work: () => Promise<Gone>): Promise<Gone> {
  for (let round = 1; ; round++) {
    try {
      return await work();
    } catch (error) {
      // Somebody began to refer to it after we had looked.
      if (isStillReferred(error)) throw stillReferred(call, kind, name, [], error);
      if (!isRace(error)) throw error;
      if (round === rounds)
        refuse("lost_update", `The ${kind.name} ${JSON.stringify(name)} is being changed by too many at once.`, {
          hint: "Try again in a moment.",
          cause: error,
        });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * round));
    }
  }
}

/** What can't go is as it was at first. What it refers to is what the system needs, and has not changed. */
async function reset(tx: Transaction, kind: TableKind, row: Stored, { spec }: Pick<Stored, "spec">): Promise<Stored> {
  const t = resources[kind.name];
  const [fresh] = await tx
    .update(t)
    .set({ spec, revision: sql`nextval('revision')`, updatedAt: sql`now()` })
    .where(eq(t.id, row.id))
    .returning();
  return fresh ?? row;
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

/** Of what refers to it, one is told what one may see; of the rest, that it is there. */
function stillReferred(
  { caller }: Call,
  kind: TableKind,
  name: string,
  referrers: readonly Referrer[],
  cause?: unknown,
): Refusal {
  const seen = referrers.filter((r) => maySee(caller.grants, kindsByName[r.kind], r.governor));
  const faults = seen.slice(0, named).map((r) => ({
    path: `${r.kind}/${r.name}`,
    message: `refers to it in ${r.path}`,
  }));
  const more = [
    ...(seen.length > named ? ["more"] : []),
    ...(seen.length < referrers.length ? ["what you may not see"] : []),
  ];
  const list = [...(faults.length > 0 ? [faults.map((f) => f.path).join(", ")] : []), ...more].join(" and ");
  return new Refusal(
    "still_referred",
    `The ${kind.name} ${JSON.stringify(name)} is in use by ${list || "something new"}.`,
    {
      faults,
      hint: hintFor(faults.length, referrers.length),
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

const hintFor = (seen: number, all: number): string =>
  seen > 0
    ? "Change or delete those first."
    : all > 0
      ? "Ask somebody who may see what refers to it to change that first."
      : "Try again.";
