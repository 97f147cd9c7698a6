/** Threads as resources: the rows of whoever asks. */
import { eq, sql } from "drizzle-orm";
import { resources, thread as table } from "#db/tables/index";
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

  async remove(row, call) {
    await call.deps.store.db.delete(table).where(eq(table.id, row.id));
  },
};
