/** Writing one resource: what is decided before the transaction, and the transaction. The same for every kind. */
import { createId } from "@paralleldrive/cuid2";
import { and, eq, sql } from "drizzle-orm";
import type { TableKind } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { stillApplied } from "#db/schema/applied";
import { dormantIn } from "#db/schema/dormant";
import type { Document } from "#db/schema/validate";
import { fieldSql } from "#db/tables/derive";
import { resources } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import type { Write } from "../kinds/behaviour.ts";
import { behaviours } from "../kinds/index.ts";
import type { Store, Transaction } from "../store.ts";
import { changed, fieldChanges, type Told, tell, written } from "./audit.ts";
import { a, conflictOf, Overtaken } from "./conflicts.ts";
import { canonical, isUnchanged } from "./equal.ts";
import { type References, resolveReferences, writeEdges } from "./references.ts";
import { rehearse } from "./rehearse.ts";
import { inRounds } from "./rounds.ts";
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
  /** The action that it is a part of, for the trail. */
  action?: string;
}

/** @param documentOf the document to write, given the row as it is now (undefined: it is new). */
export async function write(
  call: Call,
  kind: TableKind,
  first: Stored | undefined,
  documentOf: (previous: Stored | undefined) => Wanted,
  options: WriteOptions,
): Promise<Outcome> {
  const called = first?.name ?? documentOf(undefined).name ?? "";
  return inRounds(call, kind, { first, called }, async (previous) => {
    try {
      return await attempt(call, kind, previous, documentOf(previous), options);
    } catch (error) {
      throw conflictOf(error, kind, { name: called });
    }
  });
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
  document: Wanted,
  { dryRun, merge, action }: WriteOptions,
): Promise<Outcome> {
  const prepared = await prepare(call, kind, previous, document, merge);
  if (prepared.is === "unchanged") {
    const row = dryRun ? prepared.previous : await takeOver(call.deps.store, kind, prepared.previous, prepared.applied);
    return { row, verb: "unchanged", warnings: prepared.warnings, revealed: prepared.revealed };
  }
  const kept = await rehearse(call.deps.store, dryRun, (tx) => keep(tx, prepared));
  if (!dryRun) await tell(call, ...toldOf(prepared, kept, action));
  return outcomeOf(prepared, kept, dryRun);
}

/** All that is decided before the transaction. */
interface Prepared {
  is: "changed";
  kind: TableKind;
  asked: Write;
  references: References;
  warnings: readonly string[];
  revealed: Readonly<Record<string, unknown>>;
}

interface Unchanged extends Pick<Prepared, "warnings" | "revealed"> {
  is: "unchanged";
  previous: Stored;
  applied: readonly string[];
}

/** @throws Refusal, or an error of the store that `conflictOf` understands */
export async function prepare(
  call: Call,
  kind: TableKind,
  previous: Stored | undefined,
  document: Wanted,
  merge: boolean,
): Promise<Prepared | Unchanged> {
  const behaviour = behaviours[kind.name];
  const next = nextOf(kind, previous, document);
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
  if (previous && isUnchanged(previous, next) && (given.length === 0 || !behaviour?.withWrite))
    return { is: "unchanged", previous, applied: next.applied, warnings, revealed };
  return { is: "changed", kind, asked, references, warnings, revealed };
}

export interface Kept {
  row: Stored;
  /** Rows that lost what exactly one has. */
  demoted: readonly Stored[];
}

/** The transaction's part. @throws Overtaken */
export async function keep(tx: Transaction, { kind, asked, references }: Prepared): Promise<Kept> {
  const { previous, next } = asked;
  const demoted = await demoteOthers(tx, kind, previous, next);
  const row = await writeRow(tx, kind, previous, next, references);
  await behaviours[kind.name]?.withWrite?.(asked, tx);
  return { row, demoted };
}

/** What the trail and whoever holds a copy are told of it. */
export function toldOf({ kind, asked }: Prepared, { row, demoted }: Kept, action: string | undefined): Told[] {
  const { previous, given } = asked;
  const fields = fieldChanges(kind, previous, row, Object.keys(given));
  return [
    { ...written(kind, previous, row, fields), action },
    ...demoted.map((other) =>
      changed(kind, { ...other, spec: { ...other.spec, [kind.exactlyOne ?? ""]: true } }, other),
    ),
  ];
}

export const outcomeOf = ({ asked, warnings, revealed }: Prepared, { row }: Kept, dryRun: boolean): Outcome => ({
  row,
  verb: asked.previous ? "changed" : "created",
  warnings,
  revealed: dryRun ? {} : revealed,
});

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
