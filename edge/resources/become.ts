/** A resource becomes one of another kind: that is made, and it goes, in one transaction. */
import { and, eq, sql } from "drizzle-orm";
import type { TableKind } from "#db/kinds/index";
import { Refusal, refuse } from "#db/protocol/errors";
import type { Document } from "#db/schema/validate";
import { resources } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import type { Transaction } from "../store.ts";
import { tell } from "./audit.ts";
import { conflictOf, Overtaken } from "./conflicts.ts";
import { canonical } from "./equal.ts";
import type { Preconditions } from "./precondition.ts";
import { findRows } from "./read.ts";
import { rehearse } from "./rehearse.ts";
import { take, toldOf as toldOfGone } from "./remove.ts";
import { readNew } from "./request.ts";
import { inRounds } from "./rounds.ts";
import type { Stored } from "./stored.ts";
import { keep, type Outcome, outcomeOf, prepare, toldOf } from "./write.ts";

export interface Becoming {
  kind: TableKind;
  to: TableKind;
  /** The action's, for the trail. */
  name: string;
  first: Stored;
  dryRun: boolean;
  seen: Preconditions;
  /** All fields of what it becomes. @throws Refusal */
  change(row: Stored): Readonly<Record<string, unknown>> | undefined;
}

/** @throws Refusal lost_update, not_found, already_exists for another one of that name */
export async function become(call: Call, becoming: Becoming): Promise<Outcome> {
  const { kind, to, first, change, seen } = becoming;
  return inRounds(call, kind, { first, called: first.name }, async (row) => {
    const document = readNew(to, { name: row.name, labels: row.labels, ...change(row) });
    try {
      return await make(call, becoming, row, document);
    } catch (error) {
      const conflict = conflictOf(error, to, row);
      if (!(conflict instanceof Refusal)) throw conflict;
      if (conflict.code === "already_exists") return madeBefore(call, becoming, row, document, conflict);
      // If-Match holds of nothing that is not there (RFC 9110, 13.1.1).
      if (conflict.code === "not_found" && seen.seen)
        refuse("lost_update", `The ${kind.name} ${JSON.stringify(row.name)} has gone since you read it.`, {
          hint: `Somebody else was faster: look for the ${to.name} of that name.`,
        });
      throw conflict;
    }
  });
}

async function make(
  call: Call,
  { kind, to, name, dryRun }: Becoming,
  row: Stored,
  document: Document,
): Promise<Outcome> {
  const prepared = await prepare(call, to, undefined, document, false);
  if (prepared.is === "unchanged") throw new Error("what is new has changed nothing");
  const { gone, kept } = await rehearse(call.deps.store, dryRun, async (tx) => ({
    gone: await takeAsRead(call, tx, kind, row),
    kept: await keep(tx, prepared),
  }));
  if (!dryRun) {
    const ended = toldOfGone(kind, gone, Date.now()).map((told) => ({ ...told, action: name }));
    await tell(call, ...toldOf(prepared, kept, name), ...ended);
  }
  return outcomeOf(prepared, kept, dryRun);
}

/** Locked, and the very version that was decided upon. @throws Overtaken, Refusal not_found */
async function takeAsRead(call: Call, tx: Transaction, kind: TableKind, row: Stored) {
  try {
    return await take(call, tx, kind, row, { seen: [String(row.revision)], unseen: undefined });
  } catch (error) {
    if (error instanceof Refusal && error.code === "lost_update")
      throw new Overtaken("changed meanwhile", { cause: error });
    throw error;
  }
}

/** There is already all that it would become: it only goes. @throws Refusal `exists` for another one of that name */
async function madeBefore(
  call: Call,
  { kind, to, name, dryRun }: Becoming,
  row: Stored,
  document: Document,
  exists: Refusal,
): Promise<Outcome> {
  const [made] = await findRows(call.deps.store.db, to, row.name);
  if (!made || canonical(made.spec) !== canonical(document.spec)) throw exists;
  const t = resources[to.name];
  const gone = await rehearse(call.deps.store, dryRun, async (tx) => {
    const taken = await takeAsRead(call, tx, kind, row);
    const [still] = await tx
      .select({ held: sql`1` })
      .from(t)
      .where(and(eq(t.id, made.id), eq(t.revision, made.revision)))
      .for("share");
    if (!still) throw new Overtaken();
    return taken;
  });
  if (!dryRun) await tell(call, ...toldOfGone(kind, gone, Date.now()).map((told) => ({ ...told, action: name })));
  return { row: made, verb: "unchanged", warnings: [], revealed: {} };
}
