/** Batches of audit events into the store: at least once, and once where they come twice. */
import { sql } from "drizzle-orm";
import { log } from "../log.ts";
import { isStoreDown, type Store, sqlState } from "../store.ts";

/**
 * One statement and one parameter, however many events.
 * @param batches each a JSON array of AuditEvent.
 * @throws what the store threw, where it is down. An event that the store refuses for what it is goes to the log instead,
 * so that it does not hold up the others for ever.
 */
export async function insertEvents(db: Store["db"], batches: readonly string[]): Promise<void> {
  try {
    await insert(db, `[${batches.map((b) => b.trim().slice(1, -1)).join(",")}]`);
  } catch (error) {
    if (isStoreDown(error) || sqlState(error) === undefined) throw error;
    const events = batches.flatMap((b) => JSON.parse(b) as unknown[]);
    const only = events.length === 1 ? events[0] : undefined;
    if (only !== undefined) {
      log("audit-refused", { state: sqlState(error), audit: only });
      return;
    }
    const middle = Math.ceil(events.length / 2);
    await insertEvents(db, [JSON.stringify(events.slice(0, middle))]);
    await insertEvents(db, [JSON.stringify(events.slice(middle))]);
  }
}

async function insert(db: Store["db"], events: string): Promise<void> {
  await db.execute(sql`
    insert into auditevent (id, time, kind, principal, impersonator, token_name, token_hash, project, correlation, payload)
    select id, time, kind, principal, impersonator, "tokenName", "tokenHash", project, correlation, payload
    from json_to_recordset(${events}::json) as event (
      id text, time timestamptz, kind text, principal text, impersonator text, "tokenName" text, "tokenHash" text, project text,
      correlation text, payload jsonb
    )
    on conflict (id) do nothing`);
}
