/** Which route a request is for. hono alone matches; a path without parameters is looked up before it: the hot paths are such. */
import { Hono, type Next } from "hono";
import { getPath } from "hono/utils/url";
import type { Env } from "../env.ts";
import type { Route } from "./route.ts";

type Params = Readonly<Record<string, string>>;

export interface Ends {
  serve(
    route: Route,
    request: Request,
    params: Params,
    env: Env,
    ctx: Pick<ExecutionContext, "waitUntil">,
  ): Response | Promise<Response>;
  /** Nothing is there, or not by this method: `allow` names those that are possible. */
  absent(request: Request, path: string, allow: readonly string[]): Response | Promise<Response>;
  /** The matching itself failed. */
  failed(request: Request, path: string, error: unknown): Response | Promise<Response>;
}

export interface Router {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response>;
  /** Whether there is something at this path, by whatever method. */
  knows(path: string): boolean;
}

interface State {
  Bindings: Env;
  Variables: { allow: readonly string[] };
}

const noParams: Params = {};

/** No resource is called so: nothing but what is written there is meant by it, whatever the method. */
const isReserved = (path: string): boolean => /\/_[^/:]*$/.test(path);

/** Of several routes for the same path and method, or for overlapping paths with parameters, the first is taken. */
export function createRouter(routes: readonly Route[], { serve, absent, failed }: Ends): Router {
  const fixed = new Map<string, Map<string, Route>>();
  const matched = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const paths = route.path.includes(":") ? matched : fixed;
    const methods = paths.get(route.path) ?? new Map<string, Route>();
    paths.set(route.path, methods.set(route.method, methods.get(route.method) ?? route));
  }
  const app = new Hono<State>();
  for (const [path, methods] of [...fixed, ...matched])
    app.all(path, (c, next) => {
      const { method } = c.req.raw;
      // hono runs a HEAD as a GET, and drops the body.
      const route = methods.get(method === "HEAD" ? "GET" : method);
      if (route) return serve(route, c.req.raw, c.req.param(), c.env, c.executionCtx);
      const allow = [...(c.get("allow") ?? []), ...methods.keys()];
      c.set("allow", allow);
      return isReserved(path) ? absent(c.req.raw, c.req.path, withHead(allow)) : passOn(next);
    });
  app.notFound((c) => absent(c.req.raw, c.req.path, withHead(c.get("allow") ?? [])));
  app.onError((error, c) => failed(c.req.raw, c.req.path, error));
  return {
    fetch(request, env, ctx) {
      const route = fixed.get(getPath(request))?.get(request.method);
      return route ? serve(route, request, noParams, env, ctx) : app.fetch(request, env, ctx);
    },
    knows: (path) => app.router.match("ALL", path)[0].length > 0,
  };
}

async function passOn(next: Next): Promise<void> {
  await next();
}

const withHead = (methods: readonly string[]): string[] => [
  ...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method))),
];
