/** References that neither the documents nor the edge have: told before anything is written. */

import { findKind } from "#db/kinds/index";
import type { Fault } from "#db/protocol/errors";
import { type FoundReference, referencesIn } from "#db/schema/kind";
import { near as nearest } from "#db/schema/near";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import type { AnyKind } from "../kinds.ts";
import { manifest as asManifest } from "../render/manifest.ts";
import { referencesFrom } from "./order.ts";
import type { Manifest } from "./read.ts";

/** How many are asked for together. */
const AT_ONCE = 4;

type Known = "there" | "missing" | "unknown";

/** @param documents those that are to be written, of all that are applied. */
export async function missingReferences(
  documents: readonly { manifest: Manifest; current?: Shown }[],
  all: readonly Manifest[],
  api: Api,
): Promise<Fault[]> {
  const key = (r: Pick<FoundReference, "kind" | "name">) => `${r.kind}/${r.name.toLowerCase()}`;
  const known = new Map<string, Known>();
  for (const m of all) {
    known.set(key({ kind: m.kind.name, name: m.name }), "there");
    const other = m.kind.alternateKey ? m.body[m.kind.alternateKey] : undefined;
    if (typeof other === "string") known.set(key({ kind: m.kind.name, name: other }), "there");
  }
  for (const { manifest: m, current } of documents) {
    // What is referred to can't be deleted, so what a resource refers to is there.
    if (current) for (const r of referencesIn(m.kind, specOf(m.kind, current))) known.set(key(r), "there");
  }
  const asked = documents.flatMap(({ manifest }) =>
    referencesFrom(manifest).map((reference) => ({ manifest, reference })),
  );
  const waiting = [...new Map(asked.map(({ reference }) => [key(reference), reference])).values()].filter(
    (r) => !known.has(key(r)),
  );
  const worker = async () => {
    for (let r = waiting.shift(); r; r = waiting.shift()) known.set(key(r), await look(r, api));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const missing = asked.filter(({ reference }) => known.get(key(reference)) === "missing");
  return Promise.all(
    missing.map(async ({ manifest, reference: { kind, name, path } }) => {
      const names = all.filter((m) => m.kind.name === kind).map((m) => m.name);
      const suggestion = nearest(name, [...names, ...(await namesOf(kind, api))]);
      return {
        path: `${manifest.lineOf(path.split(/[.[\]]+/).filter(Boolean))}: ${path}`,
        message: `there is no ${kind} "${name}", neither in the files nor at the edge`,
        ...(suggestion ? { suggestion } : {}),
      };
    }),
  );
}

async function look({ kind: word, name }: FoundReference, api: Api): Promise<Known> {
  const kind = findKind(word);
  // Names of a kind with a parent are not unique: the edge alone knows which one is meant.
  if (!kind || kind.scope) return "unknown";
  try {
    const shown = await api.get(kind, name);
    const other = kind.alternateKey ? String(shown[kind.alternateKey]).toLowerCase() : undefined;
    // An id finds it, too, and is no reference.
    return shown.name === name || other === name.toLowerCase() ? "there" : "missing";
  } catch (error) {
    if (error instanceof Failure && error.code === "not_found") return "missing";
    // Who may not look may still refer to it: that is for the edge to say.
    if (error instanceof Failure && error.exit === 4) return "unknown";
    throw error;
  }
}

/** For a near spelling; a page of them is enough, and none is no failure. */
async function namesOf(word: string, api: Api): Promise<string[]> {
  const kind = findKind(word);
  try {
    for await (const page of kind ? api.list(kind) : []) return page.map((r) => r.name);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return [];
}

function specOf(kind: AnyKind, shown: Shown): Record<string, unknown> {
  const { kind: _, name: __, labels: ___, ...spec } = asManifest(kind, shown);
  return spec;
}
