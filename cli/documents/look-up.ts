/** What is there already of what the documents describe. */

import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import { grouped } from "../grouped.ts";
import type { AnyKind } from "../kinds.ts";
import type { Manifest } from "./read.ts";

/** How many resources are looked at together. */
const AT_ONCE = 4;
/** From as many documents of a kind on, its list is read: a page of it costs about as much as so many single answers. */
const MANY = 25;

/** By place; undefined where there is nothing yet. */
export async function lookUp(
  manifests: readonly Manifest[],
  api: Api,
  project: string | undefined,
): Promise<(Shown | undefined)[]> {
  const found: (Shown | undefined)[] = new Array(manifests.length).fill(undefined);
  const waiting: number[] = [];
  for (const [kind, places] of grouped(manifests.keys(), (i) => manifests[i]?.kind)) {
    // Names of a kind with a parent are not unique.
    const listed = kind && !kind.scope && places.length >= MANY ? await list(kind, places.length, api) : undefined;
    for (const i of places) {
      found[i] = listed?.byName.get(manifests[i]?.name ?? "");
      if (!found[i] && !listed?.whole) waiting.push(i);
    }
  }
  const worker = async () => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      const m = manifests[i];
      if (m) found[i] = await find(m, api, project);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

/** As many pages as are worth it for `count` documents; `whole` where that was all. */
async function list(
  kind: AnyKind,
  count: number,
  api: Api,
): Promise<{ byName: ReadonlyMap<string, Shown>; whole: boolean }> {
  const byName = new Map<string, Shown>();
  let pages = 0;
  for await (const page of api.list(kind)) {
    if (pages++ >= count / MANY) return { byName, whole: false };
    for (const resource of page) byName.set(resource.name, resource);
  }
  return { byName, whole: true };
}

export async function find(m: Manifest, api: Api, project: string | undefined): Promise<Shown | undefined> {
  try {
    return await api.get(m.kind, m.name, scopeOf(m, project));
  } catch (error) {
    if (error instanceof Failure && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The parent that a scoped resource's name is looked up in: what the document says, else `-p`, else the kind's default. */
export function scopeOf(m: Pick<Manifest, "kind" | "body">, project: string | undefined): string | undefined {
  if (!m.kind.scope) return undefined;
  const own = m.body[m.kind.scope];
  if (typeof own === "string") return own;
  const preset = m.kind.spec.shape[m.kind.scope]?.safeParse(undefined);
  const named = m.kind.scope === "project" ? project : undefined;
  return named ?? (preset?.success && typeof preset.data === "string" ? preset.data : undefined);
}

/** As every verb takes it: with the parent's name where it has one. */
export const nameIn = (m: Pick<Manifest, "kind" | "name" | "body">, project: string | undefined): string => {
  const parent = scopeOf(m, project);
  return parent === undefined ? m.name : `${parent}/${m.name}`;
};
