/** A token's wall (docs/kinds/mcptoken.md): whatever its bindings say, some routes do not exist for it. */
import { kindsByName } from "#db/kinds/index";
import type { Kind } from "#db/schema/kind";
import type { TokenReach } from "../http/route.ts";
import type { Principal } from "../identity/principal.ts";

/** Of a route below one of this kind, that its path names: a token reaches into what it belongs to. */
export const reachWithin = ({ name }: Pick<Kind, "name">): TokenReach =>
  name === kindsByName.mcptoken.scope ? "own-project" : "nowhere";

/** Whether a route of this reach can be within that of the principal at all. Bindings are decided afterwards. */
export function withinScope(
  { impersonator, ...own }: Principal,
  tokenReach: TokenReach,
  params: Readonly<Record<string, string>>,
): boolean {
  // Whoever a token acts as, it stays behind its own wall.
  const principal = impersonator ?? own;
  if (principal.kind !== "McpToken") return true;
  switch (tokenReach) {
    case "anywhere":
      return true;
    case "nowhere":
      return false;
    case "own-project": {
      const project = params["project"];
      return project !== undefined && (project === principal.project || project === principal.projectId);
    }
  }
}
