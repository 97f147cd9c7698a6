/** A token's wall (spec: auth.md, Tokens): whatever its bindings say, some routes do not exist for it. */
import type { Route } from "../route.ts";
import type { Principal } from "./principal.ts";

/** Whether this route can be within reach of the principal at all. Bindings are decided afterwards. */
export function withinScope(principal: Principal, route: Route, params: Readonly<Record<string, string>>): boolean {
  if (principal.kind !== "McpToken") return true;
  if (route.surface === "openai") return true;
  if (route.path === "/api/v1/auth/me" || route.path === "/api/v1/mcptokens/introspect") return true;
  if (route.path === "/api/v1/llms/:name/infer") return true;
  if (route.path.startsWith("/api/v1/projects/:project/")) return params["project"] === principal.project;
  return false;
}
