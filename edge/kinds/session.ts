/** Sessions as resources: the rows of people's logins and tokens, without any hash. */
import { type SQL, sql } from "drizzle-orm";
import { resources, session as table } from "#db/tables/index";
import { guardOfUser } from "../identity/profile.ts";
import { recordAuth } from "../login/auth-event.ts";
import { endSession, live } from "../login/sessions.ts";
import { qualified, type Source } from "./source.ts";

const { user } = resources;

const at = {
  id: qualified(table.id),
  owner: qualified(table.userId),
  created: qualified(table.createdAt),
  rotated: qualified(table.rotatedAt),
  expires: qualified(table.expiresAt),
};
/** As ISO 8601, which is what the API shows. */
const instant = (time: SQL) => sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const touched = sql`coalesce(${at.rotated}, ${at.created})`;

const fields = { user: qualified(user.name), type: qualified(table.kind), client: qualified(table.name) };

export const session: Source = {
  relation: {
    from: sql`${table} join ${user} on ${user.id} = ${table.userId}`,
    columns: {
      id: sql<string>`${at.id}`,
      // Two may call themselves the same.
      name: sql<string>`${at.id}`,
      scopeId: sql<null>`null::text`,
      labels: sql<Record<string, string>>`'{}'::jsonb`,
      spec: sql<
        Record<string, unknown>
      >`jsonb_build_object('user', ${fields.user}, 'type', ${fields.type}, 'client', ${fields.client})`,
      status: sql<
        Record<string, unknown>
      >`jsonb_strip_nulls(jsonb_build_object('renewedAt', ${instant(at.rotated)}, 'expiresAt', ${instant(at.expires)}))`,
      sealed: sql<null>`null`,
      applied: sql<string[]>`'[]'::jsonb`,
      revision: sql<number>`(extract(epoch from ${touched}) * 1000000)::bigint`.mapWith(Number),
      createdAt: sql<string>`${at.created}`,
      updatedAt: sql<string>`${touched}`,
    },
    field: (path) => fields[path as keyof typeof fields],
    where: live(),
    owner: { id: at.owner, name: fields.user },
  },

  async viewOf(call) {
    const current = (await call.deps.access.pointerOf(call.request))?.credential;
    return (row) => (row.id === current ? { ...row, status: { ...row.status, current: true } } : row);
  },

  async remove(row, call) {
    const { db } = call.deps.store;
    const owner = await endSession(db, row.id, "deleted");
    // A login that renewed itself meanwhile is the same login, and ends.
    if (owner === undefined) return true;
    await call.deps.access.credentialsChanged(guardOfUser(owner));
    recordAuth(call, {
      action: "session-ended",
      account: String(row.spec["user"]),
      session: row.id,
      type: row.spec["type"],
    });
    return true;
  },
};
