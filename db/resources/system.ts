/** What the product keeps for itself: made at the first start, and nobody's to sweep away. */

export const SYSTEM_USER = "system@mcpctl.local";
export const SYSTEM_PROJECT = "mcpctl-system";

/**
 * Whether a resource, flat as it is shown, is made by the product rather than by people: its user, its project, what belongs to
 * either, and what a publisher publishes.
 */
export function isSystemOwned(shown: Readonly<Record<string, unknown>>): boolean {
  const { kind, name, email, owner, project, status } = shown;
  const published = typeof status === "object" && status !== null && "publisher" in status;
  return (
    published ||
    (kind === "user" && email === SYSTEM_USER) ||
    (kind === "project" && name === SYSTEM_PROJECT) ||
    owner === SYSTEM_USER ||
    project === SYSTEM_PROJECT
  );
}
