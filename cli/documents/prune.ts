/** `--prune`: what apply made and no file describes any more goes. */
import { isSystemOwned } from "#db/kinds/system";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import type { AnyKind } from "../kinds.ts";
import { manifest as asManifest } from "../render/manifest.ts";
import type { Tools } from "../verb.ts";
import { patiently } from "./carry-out.ts";
import { scopeOf } from "./look-up.ts";
import { dependencies, untopological } from "./order.ts";
import type { Step } from "./plan.ts";
import type { Manifest } from "./read.ts";

export interface Superfluous {
  kind: AnyKind;
  resource: Shown;
}

export interface Pruning {
  kinds: readonly AnyKind[];
  /** Undefined: everything that apply made. */
  selector: string | undefined;
  project: string | undefined;
}

/**
 * In the order in which it can go: what refers before what it refers to.
 * @param described all documents, also those that `-l` left out: what a file describes is not superfluous.
 */
export async function superfluous(
  steps: readonly Step[],
  described: readonly Manifest[],
  how: Pruning,
  api: Api,
): Promise<Superfluous[]> {
  const kept = keeper(steps, described, how.project);
  const found: Superfluous[] = [];
  for (const kind of how.kinds) {
    const inProject = kind.scope === "project" && how.project ? `${kind.scope}=${how.project}` : undefined;
    for await (const page of api.list(kind, { labelSelector: how.selector, fieldSelector: inProject }))
      for (const resource of page) if (!kept(kind, resource) && mayGo(kind, resource)) found.push({ kind, resource });
  }
  const documents = found.map(({ kind, resource }) => ({
    kind,
    name: resource.name,
    body: asManifest(kind, resource),
  }));
  return untopological(dependencies(documents)).flatMap((i) => found[i] ?? []);
}

/** Whether a resource is what one of the documents describes: the one that was found for it, or one that was made since. */
function keeper(
  steps: readonly Step[],
  described: readonly Manifest[],
  project: string | undefined,
): (kind: AnyKind, resource: Shown) => boolean {
  const ids = new Set(steps.map((s) => s.current?.id));
  const key = (kind: AnyKind, name: string, scope: unknown) => `${kind.name}/${String(scope ?? "")}/${name}`;
  const named = new Set(described.map((m) => key(m.kind, m.name, scopeOf(m, project))));
  return (kind, resource) =>
    ids.has(resource.id) ||
    named.has(key(kind, resource.name, kind.scope ? resource[kind.scope] : undefined)) ||
    // A document that leaves its parent to the edge may be this one.
    (kind.scope !== undefined && named.has(key(kind, resource.name, undefined)));
}

/** Only what apply made: what others have made is theirs, and what the system has made is the system's. */
const mayGo = (kind: AnyKind, resource: Shown): boolean =>
  kind.verbs.includes("delete") &&
  (resource.applied ?? []).length > 0 &&
  !isSystemOwned({ ...resource, kind: kind.name });

/** @returns how many are still there. */
export async function prune(
  found: readonly Superfluous[],
  api: Api,
  report: { gone(s: Superfluous): Promise<void>; failed(s: Superfluous, error: Failure): void },
  tools: Pick<Tools, "sleep">,
): Promise<number> {
  let waiting = found;
  for (;;) {
    const kept: { s: Superfluous; error: Failure }[] = [];
    for (const s of waiting) {
      const error = await remove(s, api, tools);
      if (error) kept.push({ s, error });
      else await report.gone(s);
    }
    // What kept one may have gone after it: in a circle there is no order in which nothing is refused.
    const again = kept.some(({ error }) => error.code === "still_referred") && kept.length < waiting.length;
    if (!again) {
      for (const { s, error } of kept) report.failed(s, error);
      return kept.length;
    }
    waiting = kept.map(({ s }) => s);
  }
}

/** Exactly what was looked at: somebody may have made it theirs meanwhile. @returns why it is still there. */
async function remove(
  { kind, resource: { id, resourceVersion } }: Superfluous,
  api: Api,
  tools: Pick<Tools, "sleep">,
): Promise<Failure | undefined> {
  try {
    await patiently(() => api.remove(kind, id, undefined, { ifMatch: resourceVersion }), tools);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.code === "not_found" ? undefined : error;
  }
  return undefined;
}
