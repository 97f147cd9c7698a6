/** Table of contents of the edge: which routes there are. What every request passes on its way to one stands in `http/`. */
import { accessRoutes } from "./access/routes/index.ts";
import { threadRoutes } from "./chat/threads.ts";
import { healthRoutes } from "./http/health.ts";
import { openApiRoute } from "./http/openapi/index.ts";
import type { Route } from "./http/route.ts";
import { createRouter, type Router } from "./http/router.ts";
import { absentFrom, failed, serve } from "./http/serve.ts";
import { inferenceRoutes } from "./inference/index.ts";
import { promptRoutes } from "./prompts/index.ts";
import { publisherRoutes } from "./publishers/index.ts";
import { resourceRoutes } from "./resources/index.ts";

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

const router: Router = createRouter(routes, {
  serve,
  absent: absentFrom((path) => router.knows(path)),
  failed,
});

export const fetch: Router["fetch"] = (request, env, ctx) => router.fetch(request, env, ctx);
