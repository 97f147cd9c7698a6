/** The decision itself: pure, total, without I/O (docs/rights.md). */
import type { Binding, Operation, Role } from "#db/kinds/parts/grants";
import type { Grants } from "../identity/principal.ts";

/** What is asked for. `name` is absent for a whole list or a creation of something yet unnamed. */
export interface Demand {
  role: Role;
  resource: string;
  name?: string | undefined;
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
  return because(grants, demand) !== undefined;
}

/** The binding that meets the demand, for people who ask why. */
export function because(grants: Grants, demand: Demand): Binding | undefined {
  return grants.bindings.find(
    (b) => concerns(b, demand.role, demand.resource) && (b.name === undefined || b.name === demand.name),
  );
}

/** As people write one: `run:llms:gpt`. */
export const writeBinding = (b: Demand): string => [b.role, b.resource, ...(b.name ? [b.name] : [])].join(":");

/**
 * What somebody would give who may not: the first binding or operation, as people write it, that `given` holds and `held`
 * does not cover; undefined when all is covered. A binding on `*` is covered by one on `*` only.
 */
export function exceeds(held: Grants, given: Grants): string | undefined {
  const binding = given.bindings.find((b) => !allows(held, b));
  if (binding) return writeBinding(binding);
  const action = given.operations.find((a) => !allowsOperation(held, a));
  return action && `run:${action}`;
}

/** Whoever may edit and run everything can give themselves the rest, so nothing is gained by refusing it. */
export function isAdmin(grants: Grants): boolean {
  return allows(grants, { role: "edit", resource: "*" }) && allows(grants, { role: "run", resource: "*" });
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
