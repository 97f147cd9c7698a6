/** Who refers to a resource: what would keep it from being deleted. */
import { kinds } from "#db/kinds/index";
import { referencesOf } from "#db/schema/kind";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import type { Entry } from "../kinds/hook.ts";
import type { AnyKind } from "../kinds.ts";

/** Kinds that something can refer to. */
const targets = new Set(kinds.flatMap((k) => referencesOf(k).map((r) => r.kind)));

export async function referrers(kind: AnyKind, { id }: Shown, api: Api): Promise<Entry[]> {
  if (!targets.has(kind.name)) return [];
  const answer = await api
    .call("GET", `/api/v1/${kind.plural}/${encodeURIComponent(id)}/referrers`)
    .catch((error: unknown) => {
      // Deleted since, or an edge that knows of nothing that could refer to it.
      if (error instanceof Failure && error.exit === 3) return {};
      throw error;
    });
  const { items, hidden } = answer as Record<string, unknown>;
  const shown = (Array.isArray(items) ? items : []).map(
    (r: { kind?: unknown; name?: unknown; path?: unknown }): Entry => [`${r.kind}/${r.name}`, `in ${r.path}`],
  );
  return typeof hidden === "number" && hidden > 0 ? [...shown, ["note", `and ${hidden} more`]] : shown;
}
