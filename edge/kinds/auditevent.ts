/** The audit trail as resources, newest first by the indexes of its table. */
import { sql } from "drizzle-orm";
import { aboutSql } from "#db/tables/audit";
import { auditEvent as table } from "#db/tables/index";
import type { Source } from "./source.ts";

const about = sql`(${aboutSql})`;

const fields = {
  type: sql`${table.kind}`,
  principal: sql`${table.principal}`,
  token: sql`${table.tokenName}`,
  project: sql`${table.project}`,
  about,
};

const spec = sql<Record<string, unknown>>`jsonb_strip_nulls(jsonb_build_object(
  'type', ${table.kind}, 'principal', ${table.principal}, 'impersonator', ${table.impersonator}, 'token', ${table.tokenName},
  'tokenHash', ${table.tokenHash}, 'project', ${table.project}, 'about', ${about}, 'correlation', ${table.correlation},
  'action', coalesce(${table.payload}->>'verb', ${table.payload}->>'action', ${table.payload}->>'path')
  )) || jsonb_build_object('payload', ${table.payload})`;

export const auditevent: Source = {
  relation: {
    from: table,
    columns: {
      id: sql<string>`${table.id}`,
      name: sql<string>`${table.id}`,
      scopeId: sql<null>`null::text`,
      labels: sql<Record<string, string>>`'{}'::jsonb`,
      spec,
      status: sql<Record<string, unknown>>`'{}'::jsonb`,
      sealed: sql<null>`null`,
      applied: sql<string[]>`'[]'::jsonb`,
      // What happened does not change.
      revision: sql<number>`1`.mapWith(Number),
      createdAt: sql<string>`${table.time}`,
      updatedAt: sql<string>`${table.time}`,
    },
    field: (path) => fields[path as keyof typeof fields],
  },
};
