/** For routes that browsers are sent to: a refusal is a page, not a document that a person would have to read. */

import { causeOf } from "../../cause.ts";
import type { Call } from "../../http/call.ts";
import { toRefusal } from "../../http/errors.ts";
import type { Route } from "../../http/route.ts";
import { refusalPage } from "./pages.ts";

export function asPage(handle: (call: Call) => Promise<Response>): Route["handle"] {
  return async (call) => {
    try {
      return await handle(call);
    } catch (error) {
      const refusal = toRefusal(error);
      const requestId = call.request.headers.get("cf-ray") ?? crypto.randomUUID();
      if (refusal.code === "internal")
        console.error(JSON.stringify({ requestId, path: call.url.pathname, cause: causeOf(refusal.cause) }));
      return refusalPage(refusal, requestId);
    }
  };
}
