/** Writing one resource: what is decided before the transaction, and the transaction. The same for every kind. */
import { createId } from "@paralleldrive/cuid2";
import { and, eq, sql } from "drizzle-orm";
import { refuse } from "#db/protocol/errors";
import { stillApplied } from "#db/resources/applied";
import { dormantIn } from "#db/resources/dormant";
import type { TableKind } from "#db/resources/index";
import type { Document } from "#db/resources/validate";
import { fieldSql } from "#db/tables/derive";
import { resources } from "#db/tables/index";
import type { Call } from "../call.ts";
import type { Write } from "../kinds/behaviour.ts";
import { behaviours } from "../kinds/index.ts";
import type { Store, Transaction } from "../store.ts";
import { changed, fieldChanges, tell } from "./audit.ts";
import { a, conflictOf, Overtaken } from "./conflicts.ts";
import { canonical, isUnchanged } from "./equal.ts";
import { findRows } from "./read.ts";
import { type References, resolveReferences, writeEdges } from "./references.ts";
import { rehearse } from "./rehearse.ts";
import type { Stored } from "./stored.ts";

export interface Outcome {
  row: Stored;
  verb: "created" | "changed" | "unchanged";
  warnings: readonly string[];
  /** Shown in this answer only. */
  revealed: Readonly<Record<string, unknown>>;
}

/** What is to be written. */
export interface Wanted extends Document {
  /** Paths that apply sets with it; undefined where it is not apply that writes. */
  applied?: readonly string[];
}

export interface WriteOptions {
  /** Do everything, keep nothing. */
  dryRun: boolean;
  /** `given` is a merge patch. */
  merge: boolean;
}

/** Everybody who writes the same row at once wins one round; more than this many rounds is somebody's loop. */
const rounds = 20;

/** @param documentOf the document to write, given the row as it is now (undefined: it is new). */
export async function write(
  call: Call,
  kind: TableKind,
  first: Stored | undefined,
  documentOf: (previous: Stored | undefined) => Wanted,
  options: WriteOptions,
): Promise<Outcome> {
  let previous = first;
  for (let round = 1; ; round++) {
    const document = documentOf(previous);
    const next = nextOf(kind, previous, document);
    try {
      return await attempt(call, kind, previous, next, document, options);
    } catch (error) {
      const conflict = conflictOf(error, kind, next);
      if (conflict !== "again") throw conflict ?? error;
      if (round === rounds)
        refuse("lost_update", `The ${kind.name} ${JSON.stringify(next.name)} is being changed by too many at once.`, {
          hint: "Try again in a moment.",
          cause: error,
        });
      if (previous) previous = await again(call, kind, previous, round);
    }
  }
}

/** Waits a little, so that writers of one row do not stay in step, and reads it anew. @throws Refusal not_found */
async function again(call: Call, kind: TableKind, previous: Stored, round: number): Promise<Stored> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * round));
  const [row] = await findRows(call.deps.store.db, kind, previous.id);
  // Another one may be called what this one had as its id.
  if (row?.id === previous.id) return row;
  return refuse("not_found", `The ${kind.name} ${JSON.stringify(previous.name)} was deleted meanwhile.`);
}

function nextOf(kind: TableKind, previous: Stored | undefined, document: Wanted): Write["next"] {
  const labels = document.labels ?? {};
  return {
    id: previous?.id ?? createId(),
    name: previous?.name ?? document.name ?? "",
    scopeId: previous?.scopeId ?? null,
    labels,
    spec: document.spec,
    status: structuredClone(previous?.status ?? {}),
    sealed: previous?.sealed ?? null,
    applied: [...(document.applied ?? stillApplied(kind, previous?.applied ?? [], { labels, ...document.spec }))],
  };
}

async function attempt(
  call: Call,
  kind: TableKind,
  previous: Stored | undefined,
  next: Write["next"],
  document: Wanted,
  { dryRun, merge }: WriteOptions,
): Promise<Outcome> {
  const behaviour = behaviours[kind.name];
  const warnings: string[] = [];
  const revealed: Record<string, unknown> = {};
  const warn = (message: string) => void warnings.push(message);
  const { deps, caller, waitUntil } = call;
  const asked: Write = {
    kind: kind.name,
    previous,
    next,
    given: document.given,
    merge,
    options: document.options,
    caller,
    deps,
    waitUntil,
    warn,
    reveal: (fields) => Object.assign(revealed, fields),
  };
  for (const { path, why } of dormantIn(kind, next.spec)) {
    const [field = ""] = path.split(".");
    if (!previous || canonical({ v: previous.spec[field] }) !== canonical({ v: next.spec[field] }))
      warnings.push(`${path}: ${why}.`);
  }
  await behaviour?.beforeWrite?.(asked);
  const references = await resolveReferences(deps.store.db, kind, next, caller);
  next.scopeId = references.scopeId;
  assertKept(kind, previous, next);
  const given = Object.keys(document.given);
  for (const [field, why] of Object.entries(document.retired))
    warn(`${field} is no longer a field: ${why}. It was dropped.`);
  if (previous && isUnchanged(previous, next) && (given.length === 0 || !behaviour?.withWrite)) {
    const row = dryRun ? previous : await takeOver(deps.store, kind, previous, next.applied);
    return { row, verb: "unchanged", warnings, revealed };
  }

  const { row, demoted } = await rehearse(deps.store, dryRun, async (tx) => {
    const others = await demoteOthers(tx, kind, previous, next);
    const written = await writeRow(tx, kind, previous, next, references);
    await behaviour?.withWrite?.(asked, tx);
    return { row: written, demoted: others };
  });
  const verb = previous ? "changed" : "created";
  if (dryRun) return { row, verb, warnings, revealed: {} };
  const { id, name } = row;
  const before = previous ? { before: previous.spec } : {};
  await tell(
    call,
    {
      change: { kind: kind.name, id, name, verb, ...before, after: row.spec },
      fields: fieldChanges(kind, previous, row, given),
    },
    ...demoted.map((other) =>
      changed(kind, { ...other, spec: { ...other.spec, [kind.exactlyOne ?? ""]: true } }, other),
    ),
  );
  return { row, verb, warnings, revealed };
}

/** The same content, owned by apply from now on: a version of its own, so that a concurrent apply merges against it; no change to tell of. */
async function takeOver(store: Store, kind: TableKind, previous: Stored, paths: readonly string[]): Promise<Stored> {
  if (canonical(previous.applied) === canonical(paths)) return previous;
  const t = resources[kind.name];
  const [row] = await store.db
    .update(t)
    .set({ applied: [...paths], revision: sql`nextval('revision')` })
    .where(and(eq(t.id, previous.id), eq(t.revision, previous.revision)))
    .returning();
  if (!row) throw new Overtaken();
  return row;
}

/** What identifies a row among others stays, and what exactly one row has can be taken over but not dropped. */
function assertKept(kind: TableKind, previous: Stored | undefined, next: Write["next"]): void {
  if (!previous) return;
  if (previous.scopeId !== next.scopeId)
    refuse("invalid_request", `${kind.scope}: ${a(kind.name)} can't move to another ${kind.scope}.`, {
      faults: [{ path: kind.scope ?? "", message: "can't be changed" }],
      hint: "Create it there and delete it here.",
    });
  const field = kind.exactlyOne;
  if (field && previous.spec[field] === true && next.spec[field] !== true)
    refuse("invalid_request", `${field}: exactly one ${kind.name} has it, and ${previous.name} is the one.`, {
      faults: [{ path: field, message: "can't be taken away", expected: "true" }],
      hint: `Set ${field} on another ${kind.name}: it takes over.`,
    });
}

/** Before the row, because the unique index looks at once. */
async function demoteOthers(
  tx: Transaction,
  kind: TableKind,
  previous: Stored | undefined,
  next: Write["next"],
): Promise<Stored[]> {
  const field = kind.exactlyOne;
  if (!field || next.spec[field] !== true || previous?.spec[field] === true) return [];
  const t = resources[kind.name];
  return tx
    .update(t)
    .set({
      spec: sql`jsonb_set(${t.spec}, array[${field}::text], 'false')`,
      revision: sql`nextval('revision')`,
      updatedAt: sql`now()`,
    })
    .where(sql`${sql.raw(fieldSql(field))} = 'true'`)
    .returning();
}

async function writeRow(
  tx: Transaction,
  kind: TableKind,
  previous: Stored | undefined,
  next: Write["next"],
  references: References,
): Promise<Stored> {
  const t = resources[kind.name];
  const { labels, spec, status, sealed, applied } = next;
  const [row] = previous
    ? await tx
        .update(t)
        .set({ labels, spec, status, sealed, applied, revision: sql`nextval('revision')`, updatedAt: sql`now()` })
        .where(and(eq(t.id, previous.id), eq(t.revision, previous.revision)))
        .returning()
    : await tx.insert(t).values(next).returning();
  if (!row) throw new Overtaken();
  await writeEdges(tx, kind.name, row.id, references.edges, previous !== undefined);
  return row;
}
