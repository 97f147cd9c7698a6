/** A model that runs at a publisher, as inference calls it. */
import type { Deps } from "../deps.ts";
import type { Upstream } from "../inference/upstream.ts";

/** @param sessionId names the publisher's object. */
export function publisherUpstream(deps: Pick<Deps, "env">, sessionId: string): Upstream {
  return {
    send: (request, signal) =>
      deps.env.PUBLISHER.getByName(sessionId).fetch("https://publisher/task", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...request, body: new TextDecoder().decode(request.body) }),
        signal,
      }),
  };
}
