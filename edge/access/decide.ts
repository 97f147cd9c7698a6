/** The decision itself: pure, total, without I/O (spec: auth.md, RBAC). */
import type { Binding, Operation, Role } from "#db/resources/grants";
import type { Grants } from "./principal.ts";

/** What is asked for. `name` is absent for a whole list or a creation of something yet unnamed. */
export interface Demand {
  role: Role;
  resource: string;
  name?: string;
}

/** `edit` includes view, create and delete. `run` stands alone: managing the catalogue is not spending money with it. */
const includes: Record<Role, readonly Role[]> = {
  view: ["view"],
  create: ["create"],
  edit: ["edit", "view", "create", "delete"],
  delete: ["delete"],
  run: ["run"],
};

const concerns = (b: Binding, role: Role, resource: string) =>
  includes[b.role].includes(role) && (b.resource === "*" || b.resource === resource);

/** Whether the demand is met. A name-scoped binding never meets a demand without a name. */
export function allows(grants: Grants, demand: Demand): boolean {
  return grants.bindings.some(
    (b) => concerns(b, demand.role, demand.resource) && (b.name === undefined || b.name === demand.name),
  );
}

export function allowsOperation(grants: Grants, action: Operation): boolean {
  return grants.operations.includes(action);
}

/** Names that a list may show: all of them, or exactly these (none: the caller has no binding at all). */
export function visible(grants: Grants, role: Role, resource: string): "all" | readonly string[] {
  const names = new Set<string>();
  for (const b of grants.bindings) {
    if (!concerns(b, role, resource)) continue;
    if (b.name === undefined) return "all";
    names.add(b.name);
  }
  return [...names];
}
