/** Reading the log of changes: what came after a position, in an order in which each resource's changes happened. */

import { sql } from "drizzle-orm";
import { z } from "zod";
import { Refusal } from "#db/protocol/errors";
import { change, changeFloor } from "#db/tables/index";
import type { NamedKind } from "../resources/stored.ts";
import type { Reader } from "../store.ts";
import type { Position } from "./position.ts";
import { isOutdated, parseSnapshot } from "./snapshot.ts";
import { mostBytes, mostChanges } from "./times.ts";

const logged = z.object({
  seq: z.coerce.number(),
  xid: z.string(),
  verb: z.enum(["created", "changed", "deleted"]),
  id: z.string(),
  name: z.string(),
  scopeId: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  spec: z.record(z.string(), z.unknown()),
  status: z.record(z.string(), z.unknown()),
  applied: z.array(z.string()),
  revision: z.coerce.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
  was: z.object({
    labels: z.record(z.string(), z.string()).optional(),
    spec: z.record(z.string(), z.unknown()).optional(),
    status: z.record(z.string(), z.unknown()).optional(),
  }),
});
/** A change as the log has it. */
export type Logged = z.infer<typeof logged>;

/** Changes that a position had not seen, and where that leads. */
export interface Look {
  changes: Logged[];
  /** The snapshot up to which they reach, the last of them perhaps not yet. */
  upto: string;
  position: Position;
  /** More is there already. */
  more: boolean;
}

const page = z.object({
  upto: z.string(),
  current: z.string(),
  floor: z.string().nullable(),
  change: logged.extend({ size: z.coerce.number() }).nullable(),
});

/** One statement: it costs what came since, by index. */
export function lookStatement(kind: NamedKind["name"], { base, part }: Position) {
  return sql`
    select taken.upto::text as upto, taken.current::text as current, (select xid::text from ${changeFloor}) as floor,
      case when page.seq is not null then json_build_object('seq', page.seq, 'xid', page.xid::text, 'verb', page.verb,
        'id', page.id, 'name', page.name, 'scopeId', page.scope_id, 'labels', page.labels, 'spec', page.spec,
        'status', page.status, 'applied', page.applied, 'revision', page.revision, 'createdAt', page.created_at, 'updatedAt', page.updated_at,
        'was', page.was, 'size', page.size) end as change
    from (select coalesce(${part?.upto ?? null}::pg_snapshot, pg_current_snapshot()) as upto, pg_current_snapshot() as current) taken
    left join lateral (
      select c.*, sum(c.size) over (order by c.seq) - c.size as ahead from ${change} c
      where c.kind = ${kind} and c.xid >= pg_snapshot_xmin(${base}::pg_snapshot)
        and not pg_visible_in_snapshot(c.xid, ${base}::pg_snapshot) and pg_visible_in_snapshot(c.xid, taken.upto)
        and c.seq > ${part?.seq ?? 0}
      order by c.seq limit ${mostChanges}
    ) page on page.ahead < ${mostBytes}
    order by page.seq`;
}

/** @throws Refusal expired where changes after the position have been forgotten. */
export async function look(db: Reader, kind: NamedKind["name"], from: Position): Promise<Look> {
  const { rows } = await db.execute(lookStatement(kind, from));
  const read = z.array(page).parse(rows);
  const [head] = read;
  if (!head) throw new Error("a look at the log answers with a row at least");
  assertKept(from, head);
  const found = read.flatMap((r) => r.change ?? []);
  const last = found.at(-1);
  const full = found.length === mostChanges || found.reduce((sum, c) => sum + c.size, 0) >= mostBytes;
  const { upto } = head;
  return {
    changes: found.map(({ size: _, ...c }) => c),
    upto,
    position: full && last ? { base: from.base, part: { upto, seq: last.seq } } : { base: upto },
    // What was looked up to may be a while ago.
    more: full || from.part !== undefined,
  };
}

function assertKept({ base }: Position, { current, floor }: { current: string; floor: string | null }): void {
  const [seen, now] = [parseSnapshot(base), parseSnapshot(current)];
  if (!seen || !now || isOutdated(seen, floor === null ? undefined : BigInt(floor), now)) throw expired();
}

export function expired(): Refusal {
  return new Refusal("expired", "Changes since this resourceVersion are no longer known: it is too old.", {
    hint: "List again, and watch from that list's resourceVersion; or watch without one.",
  });
}

/** @throws Refusal expired, before anything else is said. */
export async function assertKnown(db: Reader, from: Position): Promise<void> {
  const { rows } = await db.execute(
    sql`select pg_current_snapshot()::text as current, (select xid::text from ${changeFloor}) as floor`,
  );
  assertKept(from, z.object({ current: z.string(), floor: z.string().nullable() }).parse(rows[0]));
}

/** Where a watch begins that has seen nothing. */
export async function here(db: Reader): Promise<Position> {
  const { rows } = await db.execute(sql`select pg_current_snapshot()::text as base`);
  return z.object({ base: z.string() }).parse(rows[0]);
}

/**
 * After the write of one version of one resource: what had not ended then counts as not seen, so some of it may come again.
 * `seen` is what must not: earlier versions of that very resource.
 * @throws Refusal expired where that write is not known (any more).
 */
export async function afterWrite(
  db: Reader,
  kind: NamedKind["name"],
  revision: number,
): Promise<{ from: Position; seen: { id: string; revision: number } }> {
  const { rows } = await db.execute(
    sql`select ${change.horizon}::text as horizon, ${change.id} as id from ${change}
      where ${change.kind} = ${kind} and ${change.revision} = ${revision} limit 1`,
  );
  const found = z.object({ horizon: z.string(), id: z.string() }).safeParse(rows[0]);
  if (!found.success) throw expired();
  const { horizon, id } = found.data;
  return { from: { base: `${horizon}:${horizon}:` }, seen: { id, revision } };
}
