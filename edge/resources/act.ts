/**
 * Carries out an action on a resource, for every kind alike: what is asked, preconditions in the same statement or transaction as
 * the write, rehearsals, and what the trail and whoever watches are told. What the action changes, its kind's hook decides.
 */
import { and, eq, sql } from "drizzle-orm";
import { hasTable, kindsByName, type TableKind, type TableKindName } from "#db/kinds/index";
import { type Action, bodyOf, inPath, methodOf } from "#db/schema/action";
import { faultsOf } from "#db/schema/faults";
import { metaOf } from "#db/schema/field";
import { resources } from "#db/tables/index";
import type { Call } from "../http/call.ts";
import { actionOf, sourceOf } from "../kinds/index.ts";
import { answerOutcome, answerRow } from "./answer.ts";
import { statusChanges, tell, written } from "./audit.ts";
import { become } from "./become.ts";
import { Overtaken } from "./conflicts.ts";
import { assertMergePatch } from "./merge-patch.ts";
import { assertSeen, preconditionsOf } from "./precondition.ts";
import { shownSpec } from "./present.ts";
import { reachOf } from "./reach.ts";
import { findRows } from "./read.ts";
import { invalid, isDryRun, readDocument, readReplacement, rowInPath } from "./request.ts";
import { inRounds } from "./rounds.ts";
import type { NamedKind, Stored } from "./stored.ts";
import { write } from "./write.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is to be done, and the row that the path meant when the request came. */
interface Acting<K extends NamedKind = NamedKind> {
  kind: K;
  name: string;
  first: Stored;
  dryRun: boolean;
  /** What changes of a row; undefined: nothing. @throws Refusal lost_update where it is not as the caller has seen it */
  change(row: Stored): Fields | undefined;
}

export async function act(call: Call, kind: NamedKind, name: string, action: Action): Promise<Response> {
  if (methodOf(action) === "PATCH") assertMergePatch(call.request.headers);
  const given = await readGiven(call, action);
  const seen = preconditionsOf(call.request.headers);
  const first = await rowInPath(call, kind);
  const hook = actionOf(kind.name, name);
  const acting = {
    name,
    first,
    dryRun: action.dryRun && isDryRun(call),
    change(row: Stored) {
      assertSeen(kind, row, seen);
      return hook.change({ row, given, caller: call.caller, now: Date.now() });
    },
  };
  if (!hasTable(kind)) return answerRow(call, kind, await changeElsewhere(call, { ...acting, kind }));
  const { changes } = action;
  if (changes === "status") return answerRow(call, kind, await changeStatus(call, { ...acting, kind }));
  if (changes === "spec") return changeSpec(call, { ...acting, kind });
  const to: TableKind = kindsByName[changes.becomes as TableKindName];
  return answerOutcome(call, to, await become(call, { ...acting, kind, to, seen }));
}

/** Bytes of a body. */
const largest = 16 * 1024;

/** Fields of the body, and words of the path. @throws Refusal invalid_request that names every fault */
async function readGiven(call: Call, action: Action): Promise<Fields> {
  const body = bodyOf(action);
  const words = await Promise.all(inPath(action).map(async (field) => [field, await wordOf(call, action, field)]));
  if (!body) return Object.fromEntries(words);
  const document = (await call.text(largest)) === "" ? {} : await readDocument(call);
  const parsed = body.safeParse(document);
  if (!parsed.success) return invalid(faultsOf(body, parsed.error.issues, document, {}));
  return { ...parsed.data, ...Object.fromEntries(words) };
}

/** What a reference in the path names may be said by its id; what does not exist is called as it was asked for. */
async function wordOf(call: Call, { takes }: Action, field: string): Promise<string> {
  const word = call.params[field] ?? "";
  const schema = takes?.shape[field];
  const { ref } = schema ? metaOf(schema) : {};
  if (ref === undefined) return word;
  const [row] = await findRows(call.deps.store.db, kindsByName[ref as TableKindName], word);
  return row?.name ?? word;
}

/** The same write as if all of it had been sent. */
async function changeSpec(call: Call, { kind, name, first, dryRun, change }: Acting<TableKind>): Promise<Response> {
  const documentOf = (row: Stored = first) => {
    const fields = change(row);
    const { labels, spec } = row;
    return readReplacement(kind, { labels, ...shownSpec(kind, spec), ...fields }, row);
  };
  return answerOutcome(call, kind, await write(call, kind, first, documentOf, { dryRun, merge: false, action: name }));
}

/** In one statement, which writes the row only where it still is the one that was decided upon. */
async function changeStatus(call: Call, { kind, name, first, dryRun, change }: Acting<TableKind>): Promise<Stored> {
  const t = resources[kind.name];
  return inRounds(call, kind, { first, called: first.name }, async (row) => {
    const fields = change(row);
    if (!fields) {
      // Whoever does it again may do so because it seems to have had no effect: who holds a copy is told once more.
      if (!dryRun) await call.deps.changes.emit(written(kind, row, row, []).change);
      return row;
    }
    if (dryRun) return { ...row, status: { ...row.status, ...fields } };
    const [now] = await call.deps.store.db
      .update(t)
      .set({
        // Merged there: what else the status says may be written without a version of its own.
        status: sql`${t.status} || ${JSON.stringify(fields)}::jsonb`,
        revision: sql`nextval('revision')`,
        updatedAt: sql`now()`,
      })
      .where(and(eq(t.id, row.id), eq(t.revision, row.revision)))
      .returning();
    if (!now) throw new Overtaken();
    await tell(call, { ...written(kind, row, now, statusChanges(kind, row, now)), action: name });
    return now;
  });
}

/** What such rows are is their owner's alone, so the trail is told by the source, or not at all. */
async function changeElsewhere(call: Call, { kind, first, dryRun, change }: Acting): Promise<Stored> {
  const { db } = call.deps.store;
  const source = sourceOf(kind.name);
  return inRounds(call, kind, { first, called: first.name }, async (row) => {
    const fields = change(row);
    if (!fields) return row;
    if (dryRun) return { ...row, spec: { ...row.spec, ...fields } };
    if (!source.change) throw new Error(`${kind.name} has an action, and its source can't change it`);
    if (!(await source.change(row, fields, { db }))) throw new Overtaken();
    const [now] = await findRows(db, kind, row.id, { reach: reachOf(call.caller, kind) });
    return now ?? { ...row, spec: { ...row.spec, ...fields } };
  });
}
