/** Routes as data. A route without a permission can't be written: it is an argument of the only function that makes one. */
import type { Operation, Role } from "#db/kinds/parts/grants";
import type { Kind } from "#db/schema/kind";
import type { Call } from "./call.ts";
import type { Declaration, Method, RouteDoc, TokenReach } from "./declaration.ts";
import { surfaceOf } from "./surfaces/index.ts";

export type Permission =
  /** No credential is looked at. `why` says why that is right. */
  | { is: "public"; why: string }
  /** Anybody who is somebody. */
  | { is: "authenticated" }
  /**
   * A role on a kind. `name` resolves what is asked for, ids included, before the decision. Without `name` and with `listed`,
   * a name-scoped caller passes and the handler filters its query by `visible`.
   */
  | {
      is: "resource";
      role: Role;
      resource: string;
      name?: (call: Call) => Promise<string> | string;
      listed?: true;
      /** A denial looks like absence: the same refusal that an unknown name gets, returned or thrown. */
      conceal?: (name: string, call: Call) => Error | Promise<Error>;
    }
  /**
   * Rows that belong to somebody: whoever is somebody passes, or has `own` on the kind where that is asked for, and the handler
   * finds nobody else's rows but those that `others` reaches.
   */
  | { is: "owned"; resource: string; own?: Role; others?: Role }
  | { is: "operation"; action: Operation }
  /** The secret of a session, checked by the object that holds the session. */
  | { is: "object"; secret: SessionSecret };

export interface SessionSecret {
  /** Whose, for people: `the publisher's session`. */
  of: string;
  /** Headers in which the session and its secret come, by what the OpenAPI document calls them. */
  headers: Readonly<Record<string, string>>;
}

export type { Method, Parameter, RouteDoc, TokenReach } from "./declaration.ts";

export interface Route extends Declaration {
  permission: Permission;
  handle: (call: Call) => Promise<Response> | Response;
}

export interface RouteOptions {
  /** By default nowhere. */
  tokenReach?: TokenReach;
  /** By default what the surface says. */
  strict?: boolean;
}

/** The only way to make a route. HEAD runs every GET and drops the body. */
export function route(
  method: Method,
  path: string,
  permission: Permission,
  doc: RouteDoc,
  handle: Route["handle"],
  options: RouteOptions = {},
): Route {
  const surface = surfaceOf(path);
  const { tokenReach = "nowhere", strict = surface.strict } = options;
  return { method, path, permission, surface, tokenReach, strict, doc, handle };
}

export const open = (why: string): Permission => ({ is: "public", why });

export const authenticated: Permission = { is: "authenticated" };

export function may(
  role: Role,
  resource: string,
  options: Omit<Extract<Permission, { is: "resource" }>, "is" | "role" | "resource"> = {},
): Permission {
  return { is: "resource", role, resource, ...options };
}

export const ownedRows = (kind: Pick<Kind, "permission" | "owned">): Permission => ({
  is: "owned",
  resource: kind.permission,
  ...kind.owned,
});

export const operation = (action: Operation): Permission => ({ is: "operation", action });
