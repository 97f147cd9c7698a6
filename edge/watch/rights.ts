/** What a watcher may see while it watches: it began with some names, and must not go on with others. Pure. */
import { Refusal } from "#db/protocol/errors";
import type { Grants } from "../identity/principal.ts";
import { lost } from "../identity/standing.ts";
import { visible, writeBinding } from "../rights/decide.ts";

/**
 * Why a watch of a kind that began with these names has to end; undefined: it goes on. Who may see more than before has not
 * been told of what there was already, and has to begin anew.
 */
export function changedRights(resource: string, began: "all" | readonly string[], grants: Grants): Refusal | undefined {
  const now = visible(grants, "view", resource);
  if (now === "all" && began === "all") return undefined;
  if (began === "all") return lost({ role: "view", resource });
  const gone = now === "all" ? undefined : began.find((name) => !now.includes(name));
  if (gone !== undefined) return lost({ role: "view", resource, name: gone });
  const more = now === "all" ? { role: "view" as const, resource } : undefined;
  const fresh = now === "all" ? undefined : now.find((name) => !began.includes(name));
  if (!more && fresh === undefined) return undefined;
  const given = writeBinding(more ?? { role: "view", resource, name: fresh });
  return new Refusal("expired", `You may see more than when this watch began: ${given}.`, {
    hint: "Begin it anew, without a resourceVersion.",
  });
}
