/** Forgetting changes that are old, and remembering up to where: a watcher from before is told that it has missed some. */

import { sql } from "drizzle-orm";
import { change, changeFloor } from "#db/tables/index";
import type { Reader } from "../store.ts";
import { keptFor } from "./times.ts";

/** Rows of one sweep: it comes every few minutes, and a statement must end. */
const most = 50_000;

/** From the oldest on, by the primary key. Both halves in one statement: nothing goes without the floor saying so. */
export const forgetStatement = (olderThan: number) => sql`
  with old as (select seq from (select seq, at from ${change} order by seq limit ${most}) first
    where at < clock_timestamp() - ${olderThan}::bigint * interval '1 millisecond'),
  gone as (delete from ${change} where seq = any(array(select seq from old)) returning xid)
  insert into ${changeFloor} (one, xid) select 1, xid from gone order by xid desc limit 1
  on conflict (one) do update set xid = greatest(${changeFloor.xid}, excluded.xid)`;

/** @param olderThan milliseconds */
export async function forgetChanges(db: Reader, olderThan: number = keptFor): Promise<void> {
  await db.execute(forgetStatement(olderThan));
}
