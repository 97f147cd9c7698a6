/** Who reaches a resource, as the edge that decides it says. */
import type { Kind } from "#db/schema/kind";
import type { Api } from "../connection/api.ts";
import { Failure } from "../failure.ts";

interface Reached {
  principal: { kind: string; name: string };
  role: string;
  binding: string;
  definition: string;
  group?: string;
}

/** Lines for people. Where it is not the caller's to know, a note says so; nothing for kinds that have no review. */
export async function reach(kind: Pick<Kind, "plural" | "stored">, id: string, api: Api): Promise<[string, string][]> {
  if (kind.stored === "elsewhere") return [];
  const path = `/api/v1/${kind.plural}/${encodeURIComponent(id)}/access`;
  try {
    const answer = await api.call("GET", path);
    const lines = accessLines((answer["items"] ?? []) as Reached[]);
    return answer["more"] === true ? [...lines, ["and more", `mcpctl get rbac`]] : lines;
  } catch (error) {
    if (error instanceof Failure && error.exit === 4) return [["note", "you may not view rbac"]];
    throw error;
  }
}

/** Pure. `User ada` → `run (run:llms:gpt) by rbac/team, via group/makers`; whoever has several has several lines. */
export function accessLines(found: readonly Reached[]): [string, string][] {
  return found.map(({ principal, role, binding, definition, group }) => [
    `${principal.kind} ${principal.name}`,
    `${role} (${binding}) by rbac/${definition}${group === undefined ? "" : `, via group/${group}`}`,
  ]);
}
