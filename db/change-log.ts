/**
 * The triggers that write the log of changes (db/tables/change.ts). Made by the migrator for every kind that there is, at
 * every start: a new kind has them without anybody thinking of it.
 */

/**
 * One function for all tables. A delete takes a number of its own, so that a watcher that has seen it can say so. What did
 * not change is not kept twice: only the differences are in `was`.
 */
const RECORD_CHANGE = `
create or replace function record_change() returns trigger language plpgsql as $$
declare
  kept record;
  was jsonb := '{}';
begin
  if tg_op = 'DELETE' then
    kept := old;
    kept.revision := nextval('revision');
  else
    kept := new;
  end if;
  if tg_op = 'UPDATE' then
    if old.labels is distinct from new.labels then was := was || jsonb_build_object('labels', old.labels); end if;
    if old.spec is distinct from new.spec then was := was || jsonb_build_object('spec', old.spec); end if;
    if old.status is distinct from new.status then was := was || jsonb_build_object('status', old.status); end if;
  end if;
  insert into change (kind, verb, id, name, scope_id, labels, spec, status, applied, revision, created_at, updated_at, was, size)
  values (
    tg_table_name,
    case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'deleted' end,
    kept.id, kept.name, kept.scope_id, kept.labels, kept.spec, kept.status, kept.applied, kept.revision, kept.created_at, kept.updated_at, was,
    length(kept.labels::text) + length(kept.spec::text) + length(kept.status::text) + length(kept.applied::text) + length(was::text)
  );
  return null;
end $$;`;

/** By operation, since only an update has both an old and a new row to compare. */
const triggers = {
  recorded: "after insert or delete",
  recorded_update: "after update",
} as const;

/** What bookkeeping writes without a new version, a token's last use, is no change. */
const WHEN_CHANGED = "when (old.revision is distinct from new.revision)";

/** Creates what is missing and touches nothing that is there: a trigger that is made takes its table's lock. */
function ensured(table: string, name: keyof typeof triggers): string {
  const condition = name === "recorded_update" ? ` ${WHEN_CHANGED}` : "";
  return `
  if not exists (select from pg_trigger where tgrelid = '"${table}"'::regclass and tgname = '${name}') then
    create trigger ${name} ${triggers[name]} on "${table}" for each row${condition} execute function record_change();
  end if;`;
}

/** SQL that gives each of these tables its triggers, however often it runs. Pure. */
export function changeLogSql(tables: readonly string[]): string {
  const names = Object.keys(triggers) as (keyof typeof triggers)[];
  const each = tables.flatMap((table) => names.map((name) => ensured(table, name)));
  return `${RECORD_CHANGE}\ndo $$ begin${each.join("")}\nend $$;\n`;
}
