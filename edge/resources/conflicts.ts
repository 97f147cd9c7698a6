/** What the store's constraints say, in people's words. */
import { Refusal } from "#db/protocol/errors";
import { uniqueName } from "#db/tables/derive";
import { edges } from "#db/tables/index";
import { sqlState, violatedConstraint } from "../store.ts";
import type { NamedKind, Stored } from "./stored.ts";

/** Somebody wrote the same row between our reading and our writing. */
export class Overtaken extends Error {}

const UNIQUE_VIOLATION = "23505";
/** foreign_key_violation; restrict_violation, which PostgreSQL 18 says where 17 and older say the former. */
const referred = ["23503", "23001"];
/** serialization_failure, deadlock_detected */
const raced = ["40001", "40P01"];

/**
 * Why a write failed, to throw in its place: a refusal, or `Overtaken` where what it was decided upon has changed meanwhile, so
 * that deciding once more gives either success or the right refusal. The error itself where it is no conflict.
 */
export function conflictOf(error: unknown, kind: NamedKind, next: Pick<Stored, "name">): unknown {
  const state = sqlState(error);
  if (error instanceof Overtaken || state === undefined) return error;
  const again = new Overtaken("somebody else wrote at the same time", { cause: error });
  if (raced.includes(state)) return again;
  const constraint = violatedConstraint(error);
  if (referred.includes(state)) return isReference(kind, constraint) ? again : error;
  if (state !== UNIQUE_VIOLATION) return error;
  if (constraint === `${kind.name}_one_${kind.exactlyOne}`) return again;
  if (constraint === `${kind.name}_name` || constraint === `${kind.name}_scope_name`)
    return new Refusal("already_exists", `There is already ${a(kind.name)} ${JSON.stringify(next.name)}.`, {
      param: "name",
      hint: "Change that one (`mcpctl edit`, `mcpctl apply`, or PUT and PATCH), or choose another name.",
    });
  const key = [kind.alternateKey, ...(kind.unique ?? [])].find((k) => k && constraint === uniqueName(kind, k));
  if (key)
    return new Refusal("already_exists", `There is already ${a(kind.name)} with this ${key}.`, {
      param: key,
      faults: [{ path: key, message: "is taken already" }],
    });
  return error;
}

/** Two transactions that waited for each other: the one that was ended can be begun anew. */
export const isRace = (error: unknown): boolean => raced.includes(sqlState(error) ?? "");

/** Whether a row was refused to go because others refer to it. */
export const isStillReferred = (error: unknown): boolean => referred.includes(sqlState(error) ?? "");

/** The parent, or something that the spec names, was deleted meanwhile. */
function isReference(kind: NamedKind, constraint: string | undefined): boolean {
  if (constraint === `${kind.name}_scope`) return true;
  return edges.some((e) => e.from === kind.name && constraint === `${e.from}_to_${e.to}_to`);
}

/** "llm" is spoken letter by letter. */
export const a = (noun: string): string => (/^([aeio]|llm|mcp)/.test(noun) ? `an ${noun}` : `a ${noun}`);
