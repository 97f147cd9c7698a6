/** Who reaches a resource: the rbac definitions whose bindings name it, its kind, or everything. */
import { kindsByName } from "#db/resources/index";
import type { Kind } from "#db/resources/kind";
import type { Api } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import { cell } from "../render/cell.ts";

interface Grant {
  role: string;
  resource: string;
  name?: string;
}

/** Subjects and their roles, one entry a definition. Where rbac is not the caller's to see, a note says so. */
export async function reach(kind: Pick<Kind, "permission">, name: string, api: Api): Promise<[string, string][]> {
  const found: [string, string][] = [];
  try {
    for await (const page of api.list(kindsByName.rbac))
      for (const definition of page) {
        const grants = (definition["bindings"] ?? []) as Grant[];
        const roles = rolesOn(grants, kind.permission, name);
        const subjects = (definition["subjects"] ?? []) as unknown[];
        if (roles.length > 0 && subjects.length > 0)
          found.push([
            `rbac/${definition.name}`,
            `${roles.join(", ")} for ${subjects.map((s) => cell(s, 0)).join(", ")}`,
          ]);
      }
  } catch (error) {
    if (error instanceof Failure && error.exit === 4) return [["note", "rbac is not yours to see"]];
    throw error;
  }
  return found;
}

/** Pure. A grant on one name counts for that name only. */
export function rolesOn(grants: readonly Grant[], resource: string, name: string): string[] {
  const on = grants.filter(
    (g) => (g.resource === "*" || g.resource === resource) && (g.name === undefined || g.name === name),
  );
  return [...new Set(on.map((g) => g.role))];
}
