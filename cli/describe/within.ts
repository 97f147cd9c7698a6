/** What has a resource as its parent: the personalities of an agent, the tokens of a project. */
import { kinds } from "#db/kinds/index";
import { referencesOf } from "#db/schema/kind";
import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import type { Entry } from "../kinds/hook.ts";
import type { AnyKind } from "../kinds.ts";
import { addressOf } from "../render/address.ts";
import { at } from "../render/cell.ts";

/** More are told by `mcpctl get`. */
const MOST = 20;

export async function within(kind: AnyKind, { id }: Shown, api: Api): Promise<Entry[]> {
  const children = kinds.filter(
    (k) => k.scope && referencesOf(k).some((r) => r.path[0] === k.scope && r.kind === kind.name),
  );
  const found = await Promise.all(children.map((child) => listed(kind, child, id, api)));
  return found.flat();
}

async function listed(kind: AnyKind, child: AnyKind, id: string, api: Api): Promise<Entry[]> {
  const path = `/api/v1/${kind.plural}/${encodeURIComponent(id)}/${child.plural}`;
  const answer = await api.call("GET", path, { query: { limit: String(MOST) } }).catch((error: unknown) => {
    // What one may not list is left out, as in lists.
    if (error instanceof Failure && (error.exit === 4 || error.exit === 3)) return {};
    throw error;
  });
  const { items, continue: more } = answer as { items?: Shown[]; continue?: string };
  const shown = (items ?? []).map((item): Entry => [addressOf(child, item), String(at(item, "status.state") ?? "ok")]);
  return more ? [...shown, ["note", `and more: mcpctl get ${child.plural}`]] : shown;
}
