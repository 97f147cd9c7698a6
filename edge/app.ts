/** Table of contents of the edge: which routes there are, and what every request passes on its way to one. */
import { type Context, Hono } from "hono";
import { getPath } from "hono/utils/url";
import { Refusal } from "#db/protocol/errors";
import { accessRoutes } from "./access/index.ts";
import { admit } from "./admit.ts";
import { Call } from "./call.ts";
import { causeOf } from "./cause.ts";
import { depsOf } from "./deps.ts";
import type { Env } from "./env.ts";
import { toRefusal, writeRefusal } from "./errors.ts";
import { healthRoutes } from "./health.ts";
import { inferenceRoutes } from "./inference/index.ts";
import { openApiRoute } from "./openapi/index.ts";
import { promptRoutes } from "./prompts/index.ts";
import { publisherRoutes } from "./publishers/index.ts";
import { resourceRoutes } from "./resources/index.ts";
import { type Route, type Surface, surfaceOf } from "./route.ts";

/** Fixed paths before those with parameters: the first match wins. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...accessRoutes,
  ...inferenceRoutes,
  ...publisherRoutes,
  ...promptRoutes,
  openApiRoute(() => routes),
  ...resourceRoutes,
];

type HonoContext = Context<{ Bindings: Env }>;

/**
 * A router per surface: hono compiles paths into one expression only where none is ambiguous, and on `/api`
 * `llms/_provider-register` beside `llms/:name` is. The hot paths of `/v1` must not pay for that.
 */
const surfaces: Record<Surface, Hono<{ Bindings: Env }>> = { api: serving("api"), openai: serving("openai") };

export function fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
  return surfaces[surfaceOf(getPath(request))].fetch(request, env, ctx);
}

function serving(surface: Surface): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  for (const route of routes) if (route.surface === surface) app.on(route.method, route.path, (c) => serve(route, c));
  app.notFound((c) => nothingAt(new URL(c.req.url).pathname, surface, c));
  app.onError((error, c) => refused(error, surface, c));
  return app;
}

function nothingAt(path: string, surface: Surface, c: HonoContext): Response {
  const others = routes.filter((r) => r.method !== c.req.method && matches(r.path, path));
  const allowed = [...new Set(others.flatMap((r) => (r.method === "GET" ? ["GET", "HEAD"] : r.method)))].join(", ");
  const refusal = allowed
    ? new Refusal("method_not_allowed", `${c.req.method} is not possible on ${path}; it knows ${allowed}.`)
    : new Refusal("not_found", `There is nothing at ${path}.`, {
        hint: "`/api/v1/openapi.json` lists what there is.",
      });
  const response = refused(refusal, surface, c);
  if (allowed) response.headers.set("allow", allowed);
  return response;
}

async function serve(route: Route, c: HonoContext): Promise<Response> {
  try {
    const call = new Call(c.req.raw, c.req.param(), depsOf(c.env), (work) => c.executionCtx.waitUntil(work));
    await admit(route, call);
    return await route.handle(call);
  } catch (error) {
    return refused(error, route.surface, c);
  }
}

function refused(error: unknown, surface: Surface, c: HonoContext): Response {
  const refusal = toRefusal(error);
  const requestId = c.req.header("cf-ray") ?? crypto.randomUUID();
  if (refusal.code === "internal")
    console.error(JSON.stringify({ requestId, path: new URL(c.req.url).pathname, cause: causeOf(refusal.cause) }));
  return writeRefusal(refusal, surface, requestId);
}

function matches(pattern: string, path: string): boolean {
  const a = pattern.split("/");
  const b = path.split("/");
  return a.length === b.length && a.every((part, i) => part.startsWith(":") || part === b[i]);
}
