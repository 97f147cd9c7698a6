/** A provider as an upstream: the body goes on as it is, with the provider's key. */
import { Refusal } from "#db/protocol/errors";
import { failed } from "../answer.ts";
import type { ProviderTarget } from "../target.ts";
import type { Upstream, UpstreamBody, UpstreamRequest } from "../upstream.ts";
import { decoded, isPlain } from "./encoding.ts";
import { isLost, mayBeStale, NotBegun, sendHeld } from "./line.ts";

export function providerUpstream(target: ProviderTarget): Upstream {
  return {
    async send(request: UpstreamRequest, signal: AbortSignal): Promise<Response> {
      const { headers, body } = request;
      headers["accept-encoding"] = "identity";
      if (target.keyHeader !== undefined) headers[target.keyHeader[0]] = target.keyHeader[1];
      const { line } = target;
      const url = target.dialect.endpoint(target.base, request.path);
      // A redirect is not followed: the key would go where nobody allowed it to.
      const sending = { method: "POST", headers, redirect: "manual", signal } as const;
      let response: Response;
      try {
        response = mayBeStale(line, Date.now())
          ? await sendTwiceAtMost(request, (held) => fetch(url, { ...sending, body: held }))
          : await fetch(url, { ...sending, body });
      } catch (error) {
        throw isLost(error) && !signal.aborted ? lost(target, error) : error;
      }
      line.heardAt = Date.now();
      const encoding = response.headers.get("content-encoding");
      return isPlain(encoding) ? response : decoded(response, encoding ?? "", (what) => unreadable(target, what));
    },
  };
}

/** Once more only where the first can't have been acted upon. */
async function sendTwiceAtMost(
  request: UpstreamRequest,
  send: (body: UpstreamBody | ReadableStream<Uint8Array>) => Promise<Response>,
): Promise<Response> {
  try {
    return await sendHeld(request.body, send);
  } catch (error) {
    if (!(error instanceof NotBegun)) throw error;
    request.tries.attempts++;
    return send(request.body);
  }
}

/** One that has answered before has the right address. */
function lost({ name, line }: ProviderTarget, cause: unknown): Refusal {
  const answered = line.heardAt > 0;
  const what = "closed the connection before it answered";
  return new Refusal(
    "provider_unreachable",
    answered ? `The provider of LLM ${name} ${what}.` : `The provider of LLM ${name} can't be reached, or ${what}.`,
    {
      hint: answered
        ? "It has answered before, so its url is right: try again."
        : "Try again; if it stays so, its url may be wrong or the provider down.",
      cause,
    },
  );
}

const unreadable = (target: ProviderTarget, what: string): Refusal =>
  failed(target, `answered ${what}`, {
    hint: "A proxy in front of it may compress its answers: it should not, where `accept-encoding: identity` is sent.",
    lasting: true,
  });
