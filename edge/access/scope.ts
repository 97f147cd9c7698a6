/** A token's wall (spec: auth.md, Tokens): whatever its bindings say, some routes do not exist for it. */
import type { Route } from "../http/route.ts";
import type { Principal } from "./principal.ts";

/** Outside its project a token can ask who it is, and use the models that its bindings name. */
const everywhere = new Set(["/api/v1/auth/me", "/api/v1/mcptokens/introspect"]);
/** Asking what its bindings name. */
const asking = /^\/api\/v1\/(llms|agents)\/:name\/(infer|chat)$/;

/** Whether this route can be within reach of the principal at all. Bindings are decided afterwards. */
export function withinScope(
  { impersonator, ...own }: Principal,
  route: Pick<Route, "surface" | "path">,
  params: Readonly<Record<string, string>>,
): boolean {
  // Whoever a token acts as, it stays behind its own wall.
  const principal = impersonator ?? own;
  if (principal.kind !== "McpToken") return true;
  if (route.surface === "openai" || everywhere.has(route.path) || asking.test(route.path)) return true;
  if (!route.path.startsWith("/api/v1/projects/:project/")) return false;
  const project = params["project"];
  return project !== undefined && (project === principal.project || project === principal.projectId);
}
