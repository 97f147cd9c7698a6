/** What every request passes on its way through a route, and how a refusal leaves: in the shape that the surface's clients parse. */
import { Refusal } from "#db/protocol/errors";
import { depsOf } from "../deps.ts";
import { log } from "../log.ts";
import { assertQuery } from "../resources/request.ts";
import { admit } from "../rights/admit.ts";
import { Call } from "./call.ts";
import { drain } from "./drain.ts";
import { nearRoute } from "./near-route.ts";
import { newRequestId, withRequestId } from "./request-id.ts";
import type { Ends, Router } from "./router.ts";
import { type Surface, surfaceOf } from "./surfaces/index.ts";
import { toRefusal } from "./to-refusal.ts";

export const serve: Ends["serve"] = async (route, request, params, env, ctx) => {
  let call: Call | undefined;
  try {
    call = new Call(request, route, params, depsOf(env), (work) => ctx.waitUntil(work));
    const pending = admit(route, call);
    if (pending) await pending;
    if (route.strict) assertQuery(call, Object.keys(route.doc.query ?? {}));
    return withRequestId(await route.handle(call), call.requestId);
  } catch (error) {
    return await refused(error, route.surface, request, call?.requestId);
  }
};

export const failed: Ends["failed"] = (request, path, error) => refused(error, surfaceOf(path), request);

/** @param knows of the router: whether something is at a path. */
export const absentFrom =
  (knows: Router["knows"]): Ends["absent"] =>
  (request, path, allow) => {
    if (allow.length > 0) return refused(notBy(request.method, path, allow), surfaceOf(path), request);
    const near = nearRoute(path);
    const hint =
      path.endsWith("/") && knows(path.slice(0, -1))
        ? "Leave out the slash at its end."
        : (near?.hint ?? "`/api/v1/openapi.json` lists what there is.");
    const refusal = new Refusal("not_found", `There is nothing at ${path}.`, { hint });
    return refused(refusal, near?.surface ?? surfaceOf(path), request);
  };

function notBy(method: string, path: string, allow: readonly string[]): Refusal {
  const possible = allow.join(", ");
  return new Refusal("method_not_allowed", `${method} is not possible on ${path}; it knows ${possible}.`, {
    allow: possible,
  });
}

async function refused(
  error: unknown,
  surface: Surface,
  request: Request,
  requestId = newRequestId(request),
): Promise<Response> {
  const refusal = toRefusal(error);
  if (refusal.code === "internal")
    log("request-failed", { requestId, path: new URL(request.url).pathname, cause: refusal.cause });
  await drain(request);
  return surface.write(refusal, requestId);
}
