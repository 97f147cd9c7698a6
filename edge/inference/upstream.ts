/**
 * The port between inference and where a model runs: a provider on the internet, or a publisher that dialled in. Whoever
 * implements it gets a request that is ready to be sent, and answers with what the model server answered.
 */

/** JSON as text, a form as bytes. */
export type UpstreamBody = string | Uint8Array<ArrayBuffer>;

export interface UpstreamRequest {
  /** The LLM's name, for messages and logs. */
  llm: string;
  /** The model's name at the provider; the body already holds it. */
  model: string;
  /** Below the base URL: `/v1/chat/completions`. */
  path: string;
  /** Lower-case names; only what a model server may see, never the caller's credential. The upstream adds what it needs. */
  headers: Record<string, string>;
  body: UpstreamBody;
  /** Whether the caller asked for server-sent events. */
  stream: boolean;
  /** Counted up by an upstream that sends the request again. */
  tries: { attempts: number };
  /** Milliseconds until the answer must begin; the caller of `send` watches it too. */
  firstByteMs: number;
}

export interface Upstream {
  /**
   * Resolves with the model server's own answer, status and bytes, as soon as its head is there.
   * @param signal of the client's request: aborts the work when the client has gone. So does the end of that request.
   * @throws Refusal when there was no answer; whatever `fetch` throws counts as provider_unreachable.
   */
  send(request: UpstreamRequest, signal: AbortSignal): Promise<Response>;
}
