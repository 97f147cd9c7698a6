/** What the product keeps for itself: made at the first start, and nobody's to sweep away. */

export const systemUser = { name: "system", email: "system@mcpctl.local" } as const;
export const systemProject = "mcpctl-system";

/**
 * Whether a resource, flat as it is shown, is made by the product rather than by people: its user, its project, what belongs to
 * either, and what a publisher publishes.
 */
export function isSystemOwned(shown: Readonly<Record<string, unknown>>): boolean {
  const { kind, name, email, owner, project, status } = shown;
  const published = typeof status === "object" && status !== null && "publisher" in status;
  return (
    published ||
    (kind === "user" && email === systemUser.email) ||
    (kind === "project" && name === systemProject) ||
    owner === systemUser.name ||
    owner === systemUser.email ||
    project === systemProject
  );
}
