/** Resources of the system itself, which are created at the first start. */

import { isObject } from "../schema/validate.ts";

export const systemUser = { name: "system", email: "system@mcpctl.local" } as const;
export const systemProject = "mcpctl-system";

/**
 * Whether the system created a resource, and not a person: the system's user and project, everything that belongs to them, published
 * LLMs, and the rbac definition of an mcptoken.
 * @param shown the flat resource, as the API returns it
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

/** Name of the rbac definition of the token with this hash. It is created and deleted together with the token. */
export const definitionOf = (hash: string): string => `mcptoken-${hash.slice(0, 12)}`;

const isOwnDefinition = (name: unknown, subject: unknown): boolean =>
  isObject(subject) &&
  subject["kind"] === "McpToken" &&
  typeof subject["name"] === "string" &&
  name === definitionOf(subject["name"]);
