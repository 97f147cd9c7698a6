/** The transitions of a session in the store. Nothing here runs in the steady state: heartbeats stay in the object. */
import { createId } from "@paralleldrive/cuid2";
import { and, eq, inArray, lt, ne, notInArray, sql } from "drizzle-orm";
import { llm as llmKind } from "#db/kinds/llm";
import { publisher as publisherKind } from "#db/kinds/publisher";
import { refuse } from "#db/protocol/errors";
import type { RegisterRequest } from "#db/protocol/publisher";
import { resources } from "#db/tables/index";
import type { Change } from "../changes.ts";
import { log } from "../log.ts";
import { isStillReferred } from "../resources/conflicts.ts";
import type { Store, Transaction } from "../store.ts";
import { claimOf, specOf } from "./claim.ts";
import { type Slots, slotsInAll } from "./queue.ts";

const { llm, publisher } = resources;

export interface Registration {
  session: string;
  /** For people: who registered it. */
  owner: string;
  llms: RegisterRequest["llms"];
  slots: Slots;
  host: RegisterRequest["host"];
}

export interface Claimed {
  llms: { id: string; name: string; state: string }[];
  changes: Change[];
}

const touched = { revision: sql`nextval('revision')`, updatedAt: sql`now()` };
const ofSession = (session: string) => sql`${llm.status}->>'publisher' = ${session}`;
const stateOf = sql`${llm.status}->>'state'`;

/**
 * All names or none, in one transaction.
 * @throws Refusal publisher_conflict that names what stands in the way; its `cause` is the other session's id, where one does.
 */
export function claim(store: Store, registration: Registration, now: Date): Promise<Claimed> {
  return store.transaction(async (tx) => {
    const { session } = registration;
    const since = now.toISOString();
    const status = llmKind.status.parse({ lifecycle: "virtual", state: "active", publisher: session, since });
    const changes: Change[] = [];
    const claimed: Claimed["llms"] = [];
    // In the order of names, so that two publishers that claim the same ones wait for each other and never in a circle.
    for (const wanted of [...registration.llms].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const fresh = { id: createId(), name: wanted.name, spec: specOf(wanted), status };
      // Waits for a concurrent insert of the same name; what that one committed is found below.
      const [inserted] = await tx.insert(llm).values(fresh).onConflictDoNothing().returning({ id: llm.id });
      if (inserted) {
        claimed.push({ id: fresh.id, name: fresh.name, state: status.state });
        changes.push({ kind: "llm", id: fresh.id, name: fresh.name, verb: "created", after: fresh.spec });
        continue;
      }
      claimed.push(await retake(tx, wanted, session, status, changes));
    }
    const names = claimed.map((c) => c.name);
    const dropped = await tx
      .update(llm)
      .set({ status: sql`${llm.status} || ${JSON.stringify({ state: "inactive", since })}::jsonb`, ...touched })
      .where(
        and(ofSession(session), ne(stateOf, "inactive"), names.length > 0 ? notInArray(llm.name, names) : undefined),
      )
      .returning({ id: llm.id, name: llm.name });
    changes.push(...dropped.map((d) => ({ kind: "llm", verb: "changed", ...d }) as const));
    changes.push(await putPublisher(tx, registration, names, since));
    return { llms: claimed, changes };
  });
}

async function retake(
  tx: Transaction,
  wanted: RegisterRequest["llms"][number],
  session: string,
  status: Record<string, unknown>,
  changes: Change[],
): Promise<Claimed["llms"][number]> {
  const [held] = await tx.select().from(llm).where(eq(llm.name, wanted.name)).for("update");
  if (!held) refuse("publisher_conflict", `${wanted.name} is being deleted just now.`, { retryAfter: 1 });
  const decision = claimOf(held, session);
  if (decision.is === "conflict") {
    refuse("publisher_conflict", `The name ${wanted.name} is taken: ${decision.because}. Nothing was changed.`, {
      hint: "Publish under another name, or wait until the other publisher has gone.",
      cause: decision.session,
    });
  }
  const spec = specOf(wanted, decision.is === "reactivate" ? held.spec : {});
  await tx
    .update(llm)
    .set({ spec, status, ...touched })
    .where(eq(llm.id, held.id));
  changes.push({ kind: "llm", id: held.id, name: held.name, verb: "changed", before: held.spec, after: spec });
  return { id: held.id, name: held.name, state: "active" };
}

async function putPublisher(tx: Transaction, r: Registration, names: string[], since: string): Promise<Change> {
  const { hostname, platform } = r.host;
  const host = { ...(hostname ? { hostname } : {}), ...(platform ? { platform } : {}) };
  const slotsOf = Object.keys(r.slots.of).length > 0 ? { slotsOf: r.slots.of } : {};
  const spec = publisherKind.spec.parse({ host, slots: slotsInAll(r.slots, names), ...slotsOf, owner: r.owner });
  const status = publisherKind.status.parse({ state: "active", llms: names, since });
  const [row] = await tx
    .insert(publisher)
    .values({ id: createId(), name: r.session, spec, status })
    .onConflictDoUpdate({ target: publisher.name, set: { spec, status, ...touched } })
    .returning({ id: publisher.id });
  return { kind: "publisher", id: row?.id ?? r.session, name: r.session, verb: "changed", after: spec };
}

/** Takes LLMs off the list of what a session publishes: somebody has deleted their rows. Idempotent. */
export async function dropFromPublisher(store: Store, session: string, names: readonly string[]): Promise<Change[]> {
  const left = sql`(${publisher.status}->'llms') - array(select json_array_elements_text(${JSON.stringify(names)}::json))`;
  const rows = await store.db
    .update(publisher)
    .set({ status: sql`jsonb_set(${publisher.status}, '{llms}', ${left})`, ...touched })
    .where(eq(publisher.name, session))
    .returning({ id: publisher.id, name: publisher.name });
  return rows.map((r) => ({ kind: "publisher", verb: "changed", ...r }) as const);
}

/** Makes the rows of a session say what its object says. Idempotent: what says so already is not written. */
export async function setPresence(
  store: Store,
  session: string,
  state: "active" | "inactive",
  names: readonly string[],
  now: Date,
): Promise<Change[]> {
  const patch = JSON.stringify({ state, since: now.toISOString() });
  const [llms, publishers] = await store.db.batch([
    store.db
      .update(llm)
      .set({ status: sql`${llm.status} || ${patch}::jsonb`, ...touched })
      .where(
        and(
          ofSession(session),
          ne(stateOf, state),
          // Names that a later registration dropped sleep on.
          state === "active" ? inArray(llm.name, [...names]) : undefined,
        ),
      )
      .returning({ id: llm.id, name: llm.name }),
    store.db
      .update(publisher)
      .set({ status: sql`${publisher.status} || ${patch}::jsonb`, ...touched })
      .where(and(eq(publisher.name, session), ne(sql`${publisher.status}->>'state'`, state)))
      .returning({ id: publisher.id, name: publisher.name }),
  ]);
  return [
    ...llms.map((r) => ({ kind: "llm", verb: "changed", ...r }) as const),
    ...publishers.map((r) => ({ kind: "publisher", verb: "changed", ...r }) as const),
  ];
}

/**
 * Deletes what has been inactive since before a moment, of one session or of all. A row that something refers to stays:
 * the store keeps it, and it is deleted when nothing does any more.
 */
export async function deleteInactive(store: Store, before: Date, session?: string): Promise<Change[]> {
  const limit = before.toISOString();
  const old = await store.db
    .select({ id: llm.id })
    .from(llm)
    .where(
      and(
        session === undefined ? undefined : ofSession(session),
        sql`${llm.status}->>'lifecycle' = 'virtual'`,
        eq(stateOf, "inactive"),
        lt(sql`(${llm.status}->>'since')::timestamptz`, limit),
      ),
    );
  const changes = await deleteUnlessReferred(
    store,
    old.map((row) => row.id),
  );
  const gone = await store.db
    .delete(publisher)
    .where(
      and(
        session === undefined ? undefined : eq(publisher.name, session),
        eq(sql`${publisher.status}->>'state'`, "inactive"),
        lt(sql`(${publisher.status}->>'since')::timestamptz`, limit),
      ),
    )
    .returning({ id: publisher.id, name: publisher.name });
  return [...changes, ...gone.map((g) => ({ kind: "publisher", verb: "deleted", ...g }) as const)];
}

/** All in one statement; where something refers to one of them, that one is found by halving. */
async function deleteUnlessReferred(store: Store, ids: readonly string[]): Promise<Change[]> {
  if (ids.length === 0) return [];
  try {
    // Once more with the condition: some may have been taken since they were looked at.
    const gone = await store.db
      .delete(llm)
      .where(and(inArray(llm.id, [...ids]), eq(stateOf, "inactive")))
      .returning({ id: llm.id, name: llm.name });
    return gone.map((g) => ({ kind: "llm", verb: "deleted", ...g }) as const);
  } catch (error) {
    if (!isStillReferred(error)) throw error;
    if (ids.length === 1) {
      log("llm-still-referred-to", { id: ids[0] });
      return [];
    }
    const middle = Math.ceil(ids.length / 2);
    return [
      ...(await deleteUnlessReferred(store, ids.slice(0, middle))),
      ...(await deleteUnlessReferred(store, ids.slice(middle))),
    ];
  }
}

/** Sessions that some row says are there: at most so many, others every time. */
export async function sessionsThere(store: Store, most: number): Promise<string[]> {
  const { rows } = await store.db.execute(sql`
    select session from (
      select ${llm.status}->>'publisher' as session from ${llm}
        where ${llm.status}->>'publisher' is not null and ${llm.status}->>'lifecycle' = 'virtual' and ${stateOf} <> 'inactive'
      union
      select ${publisher.name} from ${publisher} where ${publisher.status}->>'state' = 'active'
    ) there order by random() limit ${most}`);
  return rows.map((row) => String(row["session"]));
}
