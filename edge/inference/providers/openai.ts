/** A provider that speaks OpenAI's wire format: the client's bytes go on as they are, with the provider's key. */
import type { Target } from "../directory.ts";
import type { Upstream, UpstreamRequest } from "../upstream.ts";

/**
 * Headers of the client that a model server may see. Everything else stays here: credentials, cookies, addresses, and whatever
 * a provider could take for an instruction from us, such as another organisation.
 */
const forwarded = ["accept", "openai-beta", "idempotency-key", "traceparent", "tracestate"] as const;

/** @returns lower-case names and values, ready for `UpstreamRequest`. */
export function forwardedHeaders(request: Request, contentType: string): Record<string, string> {
  const headers: Record<string, string> = { "content-type": contentType, "user-agent": "mcpctl" };
  for (const name of forwarded) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return headers;
}

export function openaiUpstream(target: Target, base: string): Upstream {
  return {
    send(request: UpstreamRequest, signal: AbortSignal): Promise<Response> {
      const { headers } = request;
      headers["accept-encoding"] = "identity";
      if (target.key !== undefined) headers["authorization"] = `Bearer ${target.key}`;
      // A redirect is not followed: the key would go where nobody allowed it to.
      return fetch(base + request.path, { method: "POST", headers, body: request.body, redirect: "manual", signal });
    },
  };
}
