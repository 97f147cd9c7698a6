/** Which upstream a target is asked through, and what it is sent. */
import type { Deps } from "../deps.ts";
import type { Call } from "../http/call.ts";
import { publisherUpstream } from "../publishers/upstream.ts";
import { forwardedHeaders } from "./forwarded.ts";
import type { ModelRequest } from "./model-request.ts";
import { providerUpstream } from "./providers/provider.ts";
import type { Target } from "./target.ts";
import type { Upstream, UpstreamRequest } from "./upstream.ts";

/** @throws Refusal where it can't be asked. */
export function upstreamOf(target: Target, deps: Pick<Deps, "env">): Upstream {
  switch (target.is) {
    case "provider":
      return providerUpstream(target);
    case "publisher":
      return publisherUpstream(deps, target.session);
    case "cluster":
    case "nowhere":
      throw target.why;
  }
}

/**
 * Sends what the client asks, and lets go of its body.
 * @param path as the edge names it: `/v1/chat/completions`.
 * @throws Refusal where the target can't be asked; else as `Upstream.send`.
 */
export function send(
  target: Target,
  call: Call,
  path: string,
  asked: ModelRequest,
  tries: UpstreamRequest["tries"],
): Promise<Response> {
  const { spec, name, dialect } = target;
  const sent = upstreamOf(target, call.deps).send(
    {
      llm: name,
      model: spec.model,
      path,
      headers: forwardedHeaders(call.request, asked.contentType, dialect.forwarded),
      body: asked.bodyFor(spec.model),
      stream: asked.stream,
      firstByteMs: spec.timeouts.firstByte,
      tries,
    },
    call.request.signal,
  );
  call.dropBody();
  return sent;
}
