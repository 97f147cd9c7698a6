/** What a request on a resource says: its document, its query, and which row it means. */

import { parentOf } from "#db/kinds/family";
import { type Fault, refuse } from "#db/protocol/errors";
import { applied } from "#db/schema/applied";
import { summary } from "#db/schema/faults";
import { writeOnlyFields } from "#db/schema/kind";
import { near } from "#db/schema/near";
import { type Document, isObject, isSound, unsoundness, validate } from "#db/schema/validate";
import { parseJson } from "../http/body.ts";
import type { Call } from "../http/call.ts";
import { behaviours } from "../kinds/index.ts";
import { visible } from "../rights/decide.ts";
import { governing, governorOf, maySee } from "./governor.ts";
import { mergePatch } from "./merge-patch.ts";
import { shownSpec } from "./present.ts";
import { reachOf } from "./reach.ts";
import { findRows, visibleNames } from "./read.ts";
import type { NamedKind, Stored } from "./stored.ts";
import type { Wanted } from "./write.ts";

/** Bytes of a document. A Kubernetes API server takes about as much. */
const largestDocument = 2 * 1024 * 1024;

/** @throws Refusal too_large, malformed_json */
export async function readDocument(call: Call): Promise<unknown> {
  return parseJson(await call.text(largestDocument));
}

/**
 * Name that a new resource is to have, or its parent's where that governs it, for the permission check; the body is validated
 * afterwards.
 */
export async function nameInBody(call: Call, kind: NamedKind): Promise<string> {
  const body = await readDocument(call);
  const name = isObject(body) ? body[governing(kind) ?? "name"] : undefined;
  return typeof name === "string" ? name : "";
}

/** @throws Refusal invalid_request that names every fault */
export function readNew(kind: NamedKind, body: unknown): Document {
  return checked(kind, body, true);
}

/** A whole document in the place of `previous`. @throws Refusal invalid_request */
export function readReplacement(kind: NamedKind, body: unknown, previous: Stored): Document {
  return named(checked(kind, body, false), previous);
}

/** A manifest upon what is there, which is `previous`, or nothing yet: three-way, as `db/schema/applied.ts` has it. */
export function readApplied(kind: NamedKind, manifest: unknown, previous: Stored | undefined): Wanted {
  if (!isObject(manifest)) return invalid([{ path: "", message: "expected an object with the resource's fields" }]);
  const unsound = unsoundness(manifest);
  if (unsound) return invalid([unsound]);
  const emptied = previous ? writeOnlyFields(kind).filter((field) => manifest[field] === null) : [];
  if (emptied.length > 0) return invalid(emptied.map(unremovable));
  const current = previous && { labels: previous.labels, ...shownSpec(kind, previous.spec) };
  const { next, paths } = applied(kind, current, previous?.applied ?? [], manifest);
  const { kind: written, name } = manifest;
  const body = {
    ...(written === undefined ? {} : { kind: written }),
    ...(name === undefined ? {} : { name }),
    ...next,
  };
  const document = checked(kind, body, previous === undefined);
  return { ...(previous ? named(document, previous) : document), applied: paths };
}

const unremovable = (path: string): Fault => ({
  path,
  message: "can't be removed: say what it is to be",
  given: "null",
});

/** A merge patch upon `previous`. Write-only fields are not there to merge with: they come as they were sent. */
export function readPatched(kind: NamedKind, patch: unknown, previous: Stored): Document {
  if (!isObject(patch)) return invalid([{ path: "", message: "expected an object with the fields to change" }]);
  const unsound = unsoundness(patch);
  if (unsound) return invalid([unsound]);
  const removed = writeOnlyFields(kind).filter((field) => patch[field] === null);
  if (removed.length > 0) return invalid(removed.map(unremovable));
  const merged = mergePatch({ labels: previous.labels, ...shownSpec(kind, previous.spec) }, patch);
  const document = named(checked(kind, merged, false), previous);
  for (const field of Object.keys(document.given)) document.given[field] = patch[field];
  return document;
}

function checked(kind: NamedKind, body: unknown, nameRequired: boolean): Document {
  const options = behaviours[kind.name]?.options ?? [];
  const result = validate(kind, body, { nameRequired, options });
  return result.ok ? result.document : invalid(result.faults);
}

function named(document: Document, previous: Stored): Document {
  if (document.name === undefined || document.name === previous.name) return document;
  return invalid([
    {
      path: "name",
      message: "a name can't be changed",
      expected: JSON.stringify(previous.name),
      given: JSON.stringify(document.name),
    },
  ]);
}

export function invalid(faults: Fault[]): never {
  const [first] = faults;
  refuse("invalid_request", summary(faults), { faults, ...(first?.path ? { param: first.path } : {}) });
}

/** By the kind's name: read once for the permission check and for the handler, which may be about another kind. */
const found = new WeakMap<Call, Map<string, Stored>>();

/**
 * Name of the row that the path means, for the permission check. What does not exist is called as it was asked for, so that
 * who may not see it can't tell whether it exists.
 */
export async function nameInPath(call: Call, kind: NamedKind): Promise<string> {
  const word = call.params["name"] ?? "";
  const row = await rowMeant(call, kind);
  if (row) return governorOf(kind, row);
  return governing(kind) === undefined ? word : "";
}

/** @throws Refusal not_found with a near spelling among the names that the caller may see */
export async function rowInPath(call: Call, kind: NamedKind): Promise<Stored> {
  const row = await rowMeant(call, kind);
  return row ?? absent(call, kind, call.params["name"] ?? "");
}

async function rowMeant(call: Call, kind: NamedKind): Promise<Stored | undefined> {
  const known = found.get(call) ?? new Map<string, Stored>();
  const before = known.get(kind.name);
  if (before) return before;
  const word = call.params["name"] ?? "";
  const [row, another] = await findRows(call.deps.store.db, kind, word, {
    scopeId: await scopeInQuery(call, kind),
    reach: reachOf(call.caller, kind),
    visible: governing(kind) === undefined ? undefined : governedFor(call, kind),
  });
  if (another && row?.id !== word)
    refuse("invalid_request", `${kind.plural} of several ${kind.scope}s are called ${JSON.stringify(word)}.`, {
      param: kind.scope ?? "name",
      hint: `Say which: ?${kind.scope}=NAME in the API, ${(kind.scope ?? "").toUpperCase()}/${word} at the command line; or give the id.`,
    });
  if (row) found.set(call, known.set(kind.name, row));
  return row;
}

/** Parents of which somebody may do anything with what is within: that others have one of the same name is not theirs to know. */
function governedFor({ caller: { grants } }: Call, kind: NamedKind): "all" | string[] {
  const all = (["view", "delete"] as const).map((role) => visible(grants, role, kind.permission));
  return all.includes("all") ? "all" : all.flat();
}

/** Id of the parent that the query names, `?project=…`, for kinds that have one. @throws Refusal as `ownerCalled` */
export async function scopeInQuery(call: Call, kind: NamedKind): Promise<string | undefined> {
  const word = kind.scope && call.url.searchParams.get(kind.scope);
  if (!word) return undefined;
  const parent = parentOf(kind);
  if (!parent) throw new Error(`${kind.name} has no parent`);
  return (await ownerCalled(call, parent, word)).id;
}

/**
 * What others belong to, by name or id. For who may not see it, one that does not exist is one to which nothing belongs: from
 * an empty list nobody learns more. @throws Refusal not_found for who may
 */
export async function ownerCalled(call: Call, kind: NamedKind, word: string): Promise<Pick<Stored, "id" | "name">> {
  const [row] = await findRows(call.deps.store.db, kind, word);
  if (row) return row;
  return maySee(call.caller.grants, kind, word) ? absent(call, kind, word) : { id: "", name: word };
}

/**
 * What somebody is told who may not know whether it exists. Where the parent governs, naming it would already tell.
 * @throws Refusal not_found, the same as for what does not exist
 */
export const concealed = (kind: NamedKind): ((name: string, call: Call) => Promise<never>) | undefined =>
  governing(kind) === undefined ? undefined : (_name, call) => absent(call, kind, call.params["name"] ?? "");

export async function absent(call: Call, kind: NamedKind, word: string): Promise<never> {
  const names = await visibleNames(call.deps.store.db, kind, visible(call.caller.grants, "view", kind.permission));
  const suggestion = near(word, names);
  const parent = kind.scope && call.url.searchParams.get(kind.scope);
  const where = parent ? ` of ${kind.scope} ${JSON.stringify(parent.slice(0, 253))}` : "";
  refuse("not_found", `There is no ${kind.name} ${JSON.stringify(word.slice(0, 253))}${where}.`, {
    hint:
      suggestion === word
        ? `There is one elsewhere: \`mcpctl get ${kind.plural} -A\` lists them all.`
        : suggestion
          ? `Did you mean ${JSON.stringify(suggestion)}?`
          : `\`mcpctl get ${kind.plural}${where && " -A"}\` lists what there is.`,
  });
}

/** Characters of one query parameter. */
export const longestParameter = 8192;

/**
 * @throws Refusal invalid_request for a parameter that nobody reads, or of which only one could be read: a filter with a typing
 * error must not select everything.
 */
export function assertQuery(call: Call, known: readonly string[]): void {
  const seen = new Set<string>();
  for (const [key, value] of call.url.searchParams) {
    if (value.length > longestParameter || !isSound(value))
      refuse("invalid_request", `${key.slice(0, 80)}: is too long or contains a NUL character.`, {
        param: key.slice(0, 80),
      });
    if (seen.has(key))
      refuse("invalid_request", `${key.slice(0, 80)}: is given twice.`, {
        param: key.slice(0, 80),
        hint: key.endsWith("Selector") ? "Put its requirements into one, with commas." : "Give it once.",
      });
    seen.add(key);
    if (known.includes(key)) continue;
    const suggestion = near(key, known);
    refuse("invalid_request", `There is no query parameter ${JSON.stringify(key.slice(0, 80))} here.`, {
      param: key.slice(0, 80),
      hint: suggestion ? `Did you mean ${suggestion}?` : `It can be one of ${known.join(", ")}.`,
    });
  }
}

/** `?dryRun=true`. @throws Refusal invalid_request for anything but true, false, and Kubernetes' `All` */
export const isDryRun = (call: Call): boolean => isSet(call, "dryRun", ["true", "All"]);

/** `?apply=true`: the body is a manifest. @throws Refusal invalid_request */
export const isApply = (call: Call): boolean => isSet(call, "apply", ["true"]);

function isSet(call: Call, param: string, words: readonly string[]): boolean {
  const text = call.url.searchParams.get(param);
  if (text === null || text === "false") return false;
  if (words.includes(text)) return true;
  return refuse("invalid_request", `${param}: expected true or false.`, { param });
}
