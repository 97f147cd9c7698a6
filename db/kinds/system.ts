/** What the product keeps for itself: made at the first start, and nobody's to sweep away. */

import { isObject } from "../schema/validate.ts";

export const systemUser = { name: "system", email: "system@mcpctl.local" } as const;
export const systemProject = "mcpctl-system";

/**
 * Whether a resource, flat as it is shown, is made by the product rather than by people: its user, its project, what belongs to
 * either, what a publisher publishes, and what a token's own definition says of it.
 */
export function isSystemOwned(shown: Readonly<Record<string, unknown>>): boolean {
  const { kind, name, email, owner, project, status, subjects } = shown;
  const published = typeof status === "object" && status !== null && "publisher" in status;
  return (
    published ||
    (kind === "user" && email === systemUser.email) ||
    (kind === "project" && name === systemProject) ||
    owner === systemUser.name ||
    owner === systemUser.email ||
    project === systemProject ||
    (kind === "rbac" && Array.isArray(subjects) && subjects.some((subject) => isOwnDefinition(name, subject)))
  );
}

/** What a token of this hash may do is called so; the definition is made and goes with the token. */
export const definitionOf = (hash: string): string => `mcptoken-${hash.slice(0, 12)}`;

const isOwnDefinition = (name: unknown, subject: unknown): boolean =>
  isObject(subject) &&
  subject["kind"] === "McpToken" &&
  typeof subject["name"] === "string" &&
  name === definitionOf(subject["name"]);
