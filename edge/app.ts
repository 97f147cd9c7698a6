/** Table of contents of the edge: which routes there are, and what every request passes on its way to one. */
import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { Refusal } from "#db/protocol/errors";
import { accessRoutes } from "./access/index.ts";
import { admit } from "./admit.ts";
import { causeOf } from "./cause.ts";
import { threadRoutes } from "./chat/threads.ts";
import { depsOf } from "./deps.ts";
import type { Env } from "./env.ts";
import { Call } from "./http/call.ts";
import { drain } from "./http/drain.ts";
import { toRefusal, writeRefusal } from "./http/errors.ts";
import { healthRoutes } from "./http/health.ts";
import { nearRoute } from "./http/near-route.ts";
import { openApiRoute } from "./http/openapi/index.ts";
import { type Route, type Surface, surfaceOf } from "./http/route.ts";
import { inferenceRoutes } from "./inference/index.ts";
import { promptRoutes } from "./prompts/index.ts";
import { publisherRoutes } from "./publishers/index.ts";
import { resourceRoutes } from "./resources/index.ts";
import { assertQuery } from "./resources/request.ts";

/** Fixed paths before those with parameters: the first match wins. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...accessRoutes,
  ...inferenceRoutes,
  ...publisherRoutes,
  ...promptRoutes,
  ...threadRoutes,
  openApiRoute(() => routes),
  ...resourceRoutes,
];

/** A path without parameters is looked up, not matched: the hot paths are such. What is not here hono knows, or refuses. */
const fixed = new Map<string, Map<string, Route>>();
for (const route of routes) {
  if (route.path.includes(":")) continue;
  const methods = fixed.get(route.path) ?? new Map<string, Route>();
  fixed.set(route.path, methods.set(route.method, methods.get(route.method) ?? route));
}

/** No resource is called so, so nothing but what is written there is meant by it, whatever the method. */
const isReserved = (path: string): boolean => /\/_[^/]*$/.test(path) && fixed.has(path);

const noParams: Readonly<Record<string, string>> = {};

/** A router per surface, because each refuses in a shape of its own. */
const surfaces: Record<Surface, Hono<{ Bindings: Env }>> = { api: serving("api"), openai: serving("openai") };

export function fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
  const path = getPath(request);
  const route = fixed.get(path)?.get(request.method);
  if (route) return serve(route, request, noParams, env, ctx);
  if (isReserved(path) && request.method !== "HEAD") return nothingAt(path, surfaceOf(path), request);
  return surfaces[surfaceOf(path)].fetch(request, env, ctx);
}

function serving(surface: Surface): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const route of routes)
    if (route.surface === surface)
      app.on(route.method, route.path, (c) => serve(route, c.req.raw, c.req.param(), c.env, c.executionCtx));
  app.notFound((c) => nothingAt(c.req.path, surface, c.req.raw));
  app.onError((error, c) => refused(error, surface, c.req.raw));
  return app;
}

async function nothingAt(path: string, surface: Surface, request: Request): Promise<Response> {
  const at = isReserved(path) ? (r: Route) => r.path === path : (r: Route) => matches(r.path, path);
  const others = routes.filter((r) => r.method !== request.method && at(r));
  const allowed = [...new Set(others.flatMap((r) => (r.method === "GET" ? ["GET", "HEAD"] : r.method)))].join(", ");
  const near = allowed ? undefined : nearRoute(path);
  const slashed = path.endsWith("/") && routes.some((r) => matches(r.path, path.slice(0, -1)));
  const refusal = allowed
    ? new Refusal("method_not_allowed", `${request.method} is not possible on ${path}; it knows ${allowed}.`, {
        allow: allowed,
      })
    : new Refusal("not_found", `There is nothing at ${path}.`, {
        hint: slashed
          ? "Leave out the slash at its end."
          : (near?.hint ?? "`/api/v1/openapi.json` lists what there is."),
      });
  return refused(refusal, near?.openai ? "openai" : surface, request);
}

async function serve(
  route: Route,
  request: Request,
  params: Readonly<Record<string, string>>,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> {
  try {
    const call = new Call(request, params, depsOf(env), (work) => ctx.waitUntil(work));
    const pending = admit(route, call);
    if (pending) await pending;
    if (isStrict(route)) assertQuery(call, Object.keys(route.doc.query ?? {}));
    return await route.handle(call);
  } catch (error) {
    return await refused(error, route.surface, request);
  }
}

/**
 * Whether a query parameter that the route does not know is refused. Probes of load balancers, providers that send browsers back,
 * OpenAI's clients and older publishers add what they like.
 */
const isStrict = ({ surface, permission }: Route): boolean =>
  surface === "api" && permission.is !== "public" && permission.is !== "publisher";

async function refused(error: unknown, surface: Surface, request: Request): Promise<Response> {
  const refusal = toRefusal(error);
  const requestId = request.headers.get("cf-ray") ?? crypto.randomUUID();
  if (refusal.code === "internal")
    console.error(JSON.stringify({ requestId, path: new URL(request.url).pathname, cause: causeOf(refusal.cause) }));
  await drain(request);
  return writeRefusal(refusal, surface, requestId);
}

function matches(pattern: string, path: string): boolean {
  const a = pattern.split("/");
  const b = path.split("/");
  return a.length === b.length && a.every((part, i) => (part.startsWith(":") ? b[i] !== "" : part === b[i]));
}
