/** Table of contents of the edge: which routes there are. What every request passes on its way to one stands in `http/`. */

import { threadRoutes } from "./chat/threads.ts";
import { healthRoutes } from "./http/health.ts";
import { openApiRoute } from "./http/openapi/index.ts";
import type { Route } from "./http/route.ts";
import { createRouter, type Router } from "./http/router.ts";
import { absentFrom, failed, serve } from "./http/serve.ts";
import { inferenceRoutes } from "./inference/index.ts";
import { promptRoutes } from "./kinds/personality-prompts.ts";
import { loggingInRoutes } from "./login/routes/index.ts";
import { publisherRoutes } from "./publishers/index.ts";
import { resourceRoutes } from "./resources/index.ts";
import { reviewRoutes } from "./rights/routes.ts";
import { singleSignOnRoutes } from "./sso/routes/index.ts";

/** Fixed paths before those with parameters: the first match wins. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...loggingInRoutes,
  ...singleSignOnRoutes,
  ...reviewRoutes,
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
