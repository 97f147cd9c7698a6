/** What a write changed, for whoever holds a copy and for the audit trail. */
import { writeOnlyFields } from "#db/schema/kind";
import { isObject } from "#db/schema/validate";
import { whoDid } from "../audit/trail.ts";
import type { Change } from "../changes.ts";
import type { Call } from "../http/call.ts";
import { behaviours } from "../kinds/index.ts";
import { log } from "../log.ts";
import { isSpent } from "./present.ts";
import type { NamedKind, Stored } from "./stored.ts";

export interface FieldChange {
  field: string;
  /** Scalars only; of a list only that it changed. */
  before?: unknown;
  after?: unknown;
}

/** More are summed up: the trail tells what happened, it is no second store. */
const mostFields = 100;
const longestValue = 256;

type Side = Pick<Stored, "labels" | "spec"> | undefined;

/** Differences field by field, `timeouts.idle`. Write-only fields are named by `given` and never have values. */
export function fieldChanges(kind: NamedKind, before: Side, after: Side, given: readonly string[]): FieldChange[] {
  const hidden = new Set(writeOnlyFields(kind));
  const was = flat(before && { labels: before.labels, ...before.spec });
  const is = flat(after && { labels: after.labels, ...after.spec });
  const isLabel = (field: string) => Number(field.startsWith("labels."));
  // Labels last: however many of them change, they must not crowd out what decides.
  const fields = [...new Set([...was.keys(), ...is.keys()])].sort((a, b) => isLabel(a) - isLabel(b));
  const changed: FieldChange[] = given.map((field) => ({ field }));
  for (const field of fields) {
    if (hidden.has(field.split(".")[0] ?? "")) continue;
    const [b, a] = [was.get(field), is.get(field)];
    if (JSON.stringify(b) === JSON.stringify(a)) continue;
    changed.push({ field, ...scalar("before", b), ...scalar("after", a) });
  }
  if (changed.length <= mostFields) return changed;
  return [...changed.slice(0, mostFields - 1), { field: `${changed.length - mostFields + 1} more` }];
}

function flat(value: Record<string, unknown> | undefined): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const walk = (v: unknown, path: string) => {
    if (!isObject(v)) fields.set(path, v);
    else for (const [key, child] of Object.entries(v)) walk(child, path ? `${path}.${key}` : key);
  };
  if (value) walk(value, "");
  return fields;
}

function scalar(side: "before" | "after", value: unknown): Partial<FieldChange> {
  if (value === undefined || (typeof value === "object" && value !== null)) return {};
  // The store refuses an event with half a surrogate pair, and it would be missing from the trail.
  return { [side]: typeof value === "string" ? value.slice(0, longestValue).toWellFormed() : value };
}

export interface Told {
  change: Change;
  fields: readonly FieldChange[];
  /** As it was, and as it is. */
  before: Stored | undefined;
  after: Stored | undefined;
  /** The action by which it changed. */
  action?: string | undefined;
}

/** @param before undefined: it is new. */
export function written(
  kind: NamedKind,
  before: Stored | undefined,
  after: Stored,
  fields: readonly FieldChange[],
): Told {
  const { id, name, spec } = after;
  const was = before ? { before: before.spec } : {};
  return {
    change: { kind: kind.name, id, name, verb: before ? "changed" : "created", ...was, after: spec },
    fields,
    before,
    after,
  };
}

export const changed = (kind: NamedKind, before: Stored, after: Stored): Told =>
  written(kind, before, after, fieldChanges(kind, before, after, []));

/** Differences of what the system reports: `status.state`. */
export const statusChanges = (kind: NamedKind, before: Stored, after: Stored): FieldChange[] =>
  fieldChanges(
    kind,
    { labels: {}, spec: { status: before.status } },
    { labels: {}, spec: { status: after.status } },
    [],
  );

/** @param now milliseconds since the epoch */
export const deleted = (kind: NamedKind, row: Stored, now: number): Told => ({
  change: {
    kind: kind.name,
    id: row.id,
    name: row.name,
    verb: "deleted",
    before: row.spec,
    spent: isSpent(kind, row, now),
  },
  fields: fieldChanges(kind, row, undefined, []),
  before: row,
  after: undefined,
});

/**
 * After a write is committed: tells listeners and the kind's own hook, which are waited for, and the audit trail, which is not.
 * The write stands whatever they do.
 */
export async function tell(call: Call, ...told: readonly Told[]): Promise<void> {
  const who = { ...whoDid(call.caller.principal), correlation: call.requestId };
  for (const { change, fields, action } of told)
    call.deps.audit.record(
      {
        kind: "resource_change",
        ...who,
        payload: {
          resource: change.kind,
          id: change.id,
          name: change.name,
          verb: change.verb,
          ...(action ? { action } : {}),
          fields,
        },
      },
      call.waitUntil,
    );
  try {
    await call.deps.changes.emit(...told.map((t) => t.change));
  } catch (error) {
    const kinds = [...new Set(told.map((t) => t.change.kind))];
    log("change-not-told", { requestId: call.requestId, kinds, cause: error });
  }
  for (const { change, before, after, action } of told) {
    const { kind, name, verb } = change;
    try {
      await behaviours[kind]?.afterCommit?.({ verb, before, after, action }, call);
    } catch (error) {
      log("after-write-failed", { requestId: call.requestId, kind, name, verb, cause: error });
    }
  }
}
