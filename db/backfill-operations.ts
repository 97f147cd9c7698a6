/**
 * An upgrade that adds an operation gives it to whoever may do everything already: definitions with `edit` and `run` on all,
 * without names (docs/rights.md). An operation that somebody took out of such a definition stays out.
 */

/** The part of a Postgres client that is used. */
interface Client {
  query(text: string, values: unknown[]): Promise<{ rowCount: number | null }>;
}

const onAll = (role: string) => `exists (select 1 from jsonb_array_elements(rbac.spec->'bindings') b
  where b->>'role' = '${role}' and b->>'resource' = '*' and b->>'name' is null)`;

/** @returns how many definitions got something; none where every operation was known. */
export async function backfillOperations(client: Client, actions: readonly string[]): Promise<number> {
  const { rowCount } = await client.query(
    `with fresh as (
       insert into known_operation select unnest($1::text[]) on conflict do nothing returning action
     ), lacking as (
       select rbac.id, jsonb_agg(jsonb_build_object('role', 'run', 'action', fresh.action) order by fresh.action) as missing
       from rbac cross join fresh
       where ${onAll("edit")} and ${onAll("run")}
         and not exists (select 1 from jsonb_array_elements(coalesce(rbac.spec->'operations', '[]')) o
           where o->>'action' = fresh.action)
       group by rbac.id
     )
     update rbac set
       spec = jsonb_set(rbac.spec, '{operations}', coalesce(rbac.spec->'operations', '[]') || lacking.missing),
       revision = nextval('revision'), updated_at = now()
     from lacking where lacking.id = rbac.id`,
    [actions],
  );
  return rowCount ?? 0;
}
