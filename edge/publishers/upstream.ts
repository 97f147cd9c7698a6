/** A publisher as an upstream of inference: the request goes to its session's object, which answers as a model server would. */
import { createId } from "@paralleldrive/cuid2";
import { refuse } from "#db/protocol/errors";
import type { Deps } from "../deps.ts";
import type { Upstream } from "../inference/upstream.ts";
import { ask, type InferInward, writeInfer } from "./inward.ts";

/** What a publisher may learn of the caller's request besides its body; never a credential, a cookie or an address. */
const passed = /^(accept|content-type|traceparent|tracestate|openai-beta|anthropic-(version|beta))$/;

/** @param session CUID of the provider session, from the LLM's `status.publisher`. */
export function publisherUpstream(deps: Pick<Deps, "env">, session: string): Upstream {
  return {
    send(request, signal) {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => passed.test(name)));
      const type = headers["content-type"];
      // A task frame carries text.
      if (type !== undefined && !/^(application\/([-+.\w]+\+)?json|text\/)/i.test(type))
        refuse("unsupported", `A published model takes JSON; this request has ${type}.`);
      const { llm, model, path, stream, firstByteMs, body } = request;
      const inward: InferInward = { session, taskId: createId(), llm, model, path, headers, stream, firstByteMs };
      return ask(deps.env.PUBLISHER.getByName(session), "/infer", {
        method: "POST",
        headers: writeInfer(inward),
        body,
        signal,
      });
    },
  };
}
