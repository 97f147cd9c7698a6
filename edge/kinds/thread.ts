/** Threads as resources: the rows of whoever asks. */
import { and, eq, sql } from "drizzle-orm";
import { resources, thread as table } from "#db/tables/index";
import type { Stored } from "../resources/stored.ts";
import type { ActionsOf } from "./action.ts";
import { qualified, type Source } from "./source.ts";

const { agent } = resources;

const at = { id: qualified(table.id), updated: qualified(table.updatedAt), title: qualified(table.title) };
const fields = { agent: qualified(agent.name), title: at.title };

export const thread: Source = {
  relation: {
    from: sql`${table} join ${agent} on ${agent.id} = ${table.agentId}`,
    columns: {
      id: sql<string>`${at.id}`,
      name: sql<string>`${at.id}`,
      scopeId: sql<null>`null::text`,
      labels: sql<Record<string, string>>`'{}'::jsonb`,
      spec: sql<Record<string, unknown>>`jsonb_build_object('agent', ${fields.agent}, 'title', ${fields.title})`,
      status: sql<Record<string, unknown>>`jsonb_build_object('owner', ${qualified(table.ownerName)})`,
      sealed: sql<null>`null`,
      applied: sql<string[]>`'[]'::jsonb`,
      revision: sql<number>`(extract(epoch from ${at.updated}) * 1000000)::bigint`.mapWith(Number),
      createdAt: sql<string>`${qualified(table.createdAt)}`,
      updatedAt: sql<string>`${at.updated}`,
    },
    field: (path) => fields[path as keyof typeof fields],
    owner: { id: qualified(table.ownerId), name: qualified(table.ownerName) },
  },

  async change(row, { title }, { db }) {
    const changed = await db
      .update(table)
      .set({ title: String(title), updatedAt: sql`now()` })
      .where(asItWas(row))
      .returning({ id: table.id });
    return changed.length > 0;
  },

  async remove(row, call) {
    const gone = await call.deps.store.db.delete(table).where(asItWas(row)).returning({ id: table.id });
    return gone.length > 0;
  },
};

const asItWas = (row: Stored) => and(eq(table.id, row.id), sql`${table.updatedAt} = ${row.updatedAt}::timestamptz`);

export const threadActions: ActionsOf<"thread"> = {
  rename: { change: ({ given }) => ({ title: given.title }) },
};
