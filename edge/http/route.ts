/** Routes as data. A route without a permission can't be written: it is an argument of the only function that makes one. */
import type { z } from "zod";
import type { Operation, Role } from "#db/resources/grants";
import type { Kind } from "#db/resources/kind";
import type { Call } from "./call.ts";
import { type Surface, surfaceOf } from "./surfaces/index.ts";

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

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * How far an mcptoken reaches, whatever its bindings say (they are asked afterwards): every one anywhere, or only where the path's
 * `:project` is the token's own, or not at all.
 */
export type TokenReach = "anywhere" | "own-project" | "nowhere";

/** A parameter: what it means, and its JSON Schema where not every text is one. */
export type Parameter = string | { about: string; schema?: Readonly<Record<string, unknown>>; required?: true };

/** What OpenAPI says about a route. */
export interface RouteDoc {
  summary: string;
  tag: string;
  /** A string names a component: `LlmInput`. */
  body?: z.ZodType | string;
  /** Media types of the body, where it is not application/json alone. */
  bodyTypes?: readonly string[];
  /** Nothing need be sent. */
  bodyOptional?: true;
  /** Bodies by name, to show how one looks. */
  examples?: Readonly<Record<string, unknown>>;
  /** Request headers that the route reads. */
  headers?: Readonly<Record<string, Parameter>>;
  /** Query parameters by name. */
  query?: Readonly<Record<string, Parameter>>;
  /** Successful answer; a string names a component (`Llm`, `LlmList`). `type` is its media type, by default application/json. */
  answer?: { status: number; schema?: z.ZodType | string; type?: string; headers?: Readonly<Record<string, string>> };
  /** Statuses with which it refuses, beside those that follow from the rest. */
  refuses?: readonly (401 | 403 | 422 | 429 | 502 | 504)[];
  /** Schema of each event's data, where it can also answer with server-sent events. */
  events?: string;
}

export interface Route {
  method: Method;
  /** hono's syntax: `/api/v1/llms/:name`. */
  path: string;
  permission: Permission;
  /** Who calls here, and so in which shape it refuses. */
  surface: Surface;
  tokenReach: TokenReach;
  /** Whether query parameters that `doc` does not name are refused. */
  strict: boolean;
  doc: RouteDoc;
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
