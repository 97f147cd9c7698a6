/** What the product keeps for itself: made at the first start, and nobody's to sweep away. */

export const SYSTEM_USER = "system@mcpctl.local";
export const SYSTEM_PROJECT = "mcpctl-system";

/** Whether a resource, flat as it is shown, is the system's own: its user, its project, and what belongs to either. */
export function isSystemOwned(shown: Readonly<Record<string, unknown>>): boolean {
  const { kind, name, email, owner, project } = shown;
  return (
    (kind === "user" && email === SYSTEM_USER) ||
    (kind === "project" && name === SYSTEM_PROJECT) ||
    owner === SYSTEM_USER ||
    project === SYSTEM_PROJECT
  );
}
