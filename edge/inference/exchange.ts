/** One request to one model, from the client's body to the last byte of the answer, and the record of it. */
import { errors, Refusal } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { openaiError } from "../http/surfaces/openai.ts";
import { toRefusal } from "../http/to-refusal.ts";
import { publisherUpstream } from "../publishers/upstream.ts";
import { Alarm } from "./alarm.ts";
import { failed, isAnswer, judge, type ProviderError } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { beginsEventStream, isEventStream, isJson, isPlainJson } from "./content-type.ts";
import type { Target } from "./directory.ts";
import { concat } from "./json-scan.ts";
import { forwardedHeaders, openaiUpstream } from "./providers/openai.ts";
import { recordInference } from "./record.ts";
import { relay } from "./relay.ts";
import type { Upstream } from "./upstream.ts";
import { endsInError, saysComplete, TAIL_BYTES, type Usage, unknownUsage, usageIn } from "./usage.ts";
import { answerWhileWaiting, comment } from "./waiting.ts";

/** A streaming client hears something at least this often, in milliseconds, while the model thinks or wakes. */
const SILENCE = 15_000;
/** A publisher may have it wait in a queue; then the first word comes after this long (spec: virtual-llms.md, States). */
const SILENCE_IN_QUEUE = 5_000;
/** An answer that is no stream and not longer than this is taken whole: one that breaks off is then an error, not half an answer. */
const WHOLE_BYTES = TAIL_BYTES;

/** Paths whose streams end with a finish reason or `[DONE]`. */
const terminated = new Set(["/v1/chat/completions", "/v1/completions"]);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Exchange {
  readonly #call: Call;
  readonly #stream: boolean;
  readonly #target: Target;
  readonly #path: string;
  /** What the client waits for: the answer, or what is said before it or instead of it. */
  #awaited = Promise.withResolvers<Response>();
  #firstByteAt: number | undefined;
  readonly #alarm = new Alarm();
  #relaying = false;
  /** How often the request was sent. */
  attempts = 1;
  #recorded = false;

  /** @param path at the provider, below its base URL. */
  constructor(call: Call, target: Target, path: string, stream: boolean) {
    this.#call = call;
    this.#stream = stream;
    this.#target = target;
    this.#path = path;
  }

  /** @param asked is not kept: its body is let go as soon as it was sent. */
  run(asked: Asked): Promise<Response> {
    const { promise } = this.#awaited;
    void this.#answer(asked);
    const { firstByte } = this.#target.spec.timeouts;
    const silence = this.#target.base === undefined ? SILENCE_IN_QUEUE : SILENCE;
    const timeUp = () => this.#giveUp(this.#timeout("did not begin to answer", firstByte));
    if (!this.#stream || firstByte <= silence) this.#alarm.set(firstByte, timeUp);
    else
      this.#alarm.set(silence, () => {
        this.#alarm.set(firstByte - silence, timeUp);
        this.#breakSilence();
      });
    return promise;
  }

  /** The client gets a stream of comments now, and in it the answer or whatever becomes of it. */
  #breakSilence(): void {
    const { resolve } = this.#awaited;
    this.#awaited = Promise.withResolvers();
    // Once bytes flow, the relay notices by itself that nobody takes them.
    const onGone = () => this.#relaying || this.#giveUp(clientGone());
    const { readable, ended } = answerWhileWaiting(this.#awaited.promise, SILENCE, onGone);
    this.#call.waitUntil(ended);
    resolve(new Response(readable, { headers: this.#headers("text/event-stream") }));
  }

  /**
   * Answers without the provider. Nothing tells the provider: the runtime ends what belongs to a request that is over. A signal
   * of our own for it would cost every request, and tie JavaScript to the runtime in circles that only a full collection finds.
   */
  #giveUp(refusal: Refusal): void {
    this.#alarm.clear();
    this.#awaited.resolve(this.#refused(refusal));
  }

  /** What fails is a response too; only what nobody foresaw is an error. Never rejects. */
  async #answer(asked: Asked): Promise<void> {
    try {
      const response = await this.#answered(asked);
      // Only now: by whom it is awaited changes when a silence is broken.
      this.#awaited.resolve(response);
    } catch (error) {
      this.#alarm.clear();
      try {
        this.#awaited.resolve(this.#refused(this.#call.request.signal.aborted ? clientGone() : error));
      } catch (unforeseen) {
        this.#awaited.reject(unforeseen);
      }
    }
  }

  async #answered(asked: Asked): Promise<Response> {
    let response: Response;
    try {
      response = await this.#send(asked);
    } catch (error) {
      throw this.#unreached(error);
    }
    if (this.#recorded) {
      // Too late: the client has been told.
      await response.body?.cancel();
      return response;
    }
    this.#firstByteAt = Date.now();
    const { status, headers } = response;
    const said = headers.get("content-type");
    if (!isAnswer(status, said ?? "")) return this.#providersWords(await judge(response, this.#target));
    const type = said ?? "application/octet-stream";
    const short = isShort(headers) ? takenWhole(response, type) : undefined;
    if (!short) return this.#pass(response, type);
    let whole: Whole;
    try {
      whole = await short;
    } catch (cause) {
      throw this.#cut(cause);
    }
    return this.#whole(whole, status, type);
  }

  #send(asked: Asked): Promise<Response> {
    const { spec, name, unusable } = this.#target;
    if (unusable) throw unusable;
    const sent = this.#upstream().send(
      {
        llm: name,
        model: spec.model,
        path: this.#path,
        headers: forwardedHeaders(this.#call.request, asked.contentType),
        body: asked.bodyFor(spec.model),
        stream: asked.stream,
        firstByteMs: spec.timeouts.firstByte,
        tries: this,
      },
      this.#call.request.signal,
    );
    this.#call.dropBody();
    return sent;
  }

  #upstream(): Upstream {
    const { base, status } = this.#target;
    if (base !== undefined) return openaiUpstream(this.#target, base);
    if (status.publisher === undefined)
      throw new Refusal("publisher_offline", `Nobody publishes LLM ${this.#target.name} now.`);
    return publisherUpstream(this.#call.deps, status.publisher);
  }

  async #pass(response: Response, type: string): Promise<Response> {
    const { status } = response;
    const streaming = isEventStream(type);
    const { body } = response;
    if (!body) return this.#whole(new Uint8Array(), status, type);
    // Speech is heard while it is made: JSON alone is of no use before its end.
    if (streaming || !(this.#stream || isJson(type))) return this.#relay(body, status, type, undefined);
    const reader = body.getReader({ mode: "byob" });
    try {
      const first = this.#stream ? await taken(reader, 1, WHOLE_BYTES) : none;
      const events = beginsEventStream(first);
      if (events || (first.length > 0 && !isJson(type))) {
        reader.releaseLock();
        return this.#relay(body, status, events ? "text/event-stream" : type, first);
      }
      const room = WHOLE_BYTES - first.length;
      const rest = room > 0 ? await taken(reader, room, room) : none;
      const all = first.length > 0 ? concat([first, rest]) : rest;
      if (rest.length < room) return this.#whole(all, status, type);
      reader.releaseLock();
      return this.#relay(body, status, type, all);
    } catch (cause) {
      throw this.#cut(cause);
    }
  }

  #whole(body: Whole, status: number, type: string): Response {
    this.#alarm.clear();
    const text = typeof body === "string" ? body : type.includes("json") ? decoder.decode(body) : "";
    this.#record(status, null, usageIn(text));
    return new Response(body, { status, headers: this.#headers(type) });
  }

  #relay(body: ReadableStream<Uint8Array>, status: number, type: string, first: Uint8Array | undefined): Response {
    const sse = isEventStream(type);
    const { idle } = this.#target.spec.timeouts;
    const begun = sse && first ? decoder.decode(first) : "";
    let release = () => {};
    this.#relaying = true;
    const { readable, ended } = relay(body, {
      alarm: this.#alarm,
      idleMs: idle,
      first,
      whole: sse && terminated.has(this.#path) ? (tail) => saysEnd(begun + tail) : () => true,
      farewell: sse ? (refusal, tail) => farewell(refusal, begun + tail) : undefined,
      cut: (cause) => this.#cut(cause),
      idle: () => this.#timeout("said nothing more", idle),
      filler: sse && !first ? { bytes: comment, afterMs: SILENCE } : undefined,
      onLong: (end) => {
        release = this.#watchStanding(end);
      },
    });
    this.#call.waitUntil(
      ended.then(({ tail: last, broke }) => {
        release();
        const tail = begun + last;
        if (broke === undefined)
          this.#record(status, sse && endsInError(tail) ? "provider_failed" : null, usageIn(tail));
        else if (broke === "client_gone") this.#record(errors.client_gone.http, "client_gone", usageIn(tail));
        else this.#record(status, broke.code, usageIn(tail));
      }),
    );
    return new Response(readable, { status, headers: this.#headers(type) });
  }

  /** A stream that lasts must end when its caller may no longer have it. */
  #watchStanding(end: (refusal: Refusal) => void): () => void {
    const demand = { role: "run", resource: "llms", name: this.#target.name } as const;
    const standing = this.#call.deps.access.stillAllowed(this.#call, demand);
    standing.signal.addEventListener("abort", () => end(toRefusal(standing.signal.reason)));
    return () => standing.release();
  }

  #headers(type: string): Record<string, string> {
    const headers = {
      "content-type": type,
      "x-mcpctl-llm": this.#target.name,
      "x-mcpctl-attempts": String(this.attempts),
    };
    return isEventStream(type) ? { ...headers, ...streamHeaders } : headers;
  }

  #providersWords(judged: ProviderError | Refusal): Response {
    if (judged instanceof Refusal) throw judged;
    this.#alarm.clear();
    const { status, body, retry } = judged;
    this.#record(status, `provider_${status}`, unknownUsage);
    return new Response(body, { status, headers: { ...this.#headers("application/json"), ...retry } });
  }

  /** A publisher's object that was moved or redeployed drops its calls with an error of the runtime's own. */
  #unreached(cause: unknown): Refusal {
    const { name, base } = this.#target;
    if (cause instanceof Refusal) return cause;
    if (base === undefined)
      return new Refusal("publisher_offline", `The publisher of LLM ${name} can't be reached now.`, {
        hint: "Try again in a few seconds.",
        retryAfter: 2,
        cause,
      });
    return new Refusal("provider_unreachable", `The provider of LLM ${name} can't be reached.`, {
      hint: "Try again; if it stays so, its url may be wrong or the provider down.",
      cause,
    });
  }

  #refused(error: unknown): Response {
    const refusal = toRefusal(error);
    this.#record(errors[refusal.code].http, refusal.code, unknownUsage);
    if (refusal.code === "internal") throw error;
    const response = this.#call.route.surface.write(refusal, this.#call.requestId);
    response.headers.set("x-mcpctl-llm", this.#target.name);
    response.headers.set("x-mcpctl-attempts", String(this.attempts));
    return response;
  }

  #timeout(what: string, milliseconds: number): Refusal {
    return new Refusal(
      "provider_timeout",
      `The provider of LLM ${this.#target.name} ${what} within ${milliseconds / 1000} s.`,
      { hint: "Try again, or have the LLM's `timeouts` raised." },
    );
  }

  #cut(cause: unknown): Refusal {
    return failed(this.#target, "broke off in the middle of its answer", {
      hint: "What came so far may be incomplete: try again.",
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** One event per request: what comes after a giving up is not told again. */
  #record(status: number, error: string | null, usage: Usage): void {
    if (this.#recorded) return;
    this.#recorded = true;
    recordInference(this.#call, this.#target, {
      path: this.#path,
      streaming: this.#stream,
      status,
      error,
      firstByteAt: this.#firstByteAt,
      attempts: this.attempts,
      usage,
    });
  }
}

type Whole = string | ArrayBuffer | Uint8Array<ArrayBuffer>;

const none = new Uint8Array();

function isShort(headers: Headers): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= WHOLE_BYTES;
}

/** A short answer, read without the stream that `body` would make; JSON as text, which costs less. Undefined for events. */
function takenWhole(response: Response, type: string): Promise<string | ArrayBuffer> | undefined {
  if (isPlainJson(type)) return response.text();
  return isEventStream(type) ? undefined : response.arrayBuffer();
}

/** At least `least` bytes, unless the body ends before; most `most`. */
async function taken(reader: ReadableStreamBYOBReader, least: number, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const { value } = await reader.readAtLeast(least, new Uint8Array(most));
  return value ?? none;
}

/** A provider that ends with an error of its own has told the client. */
const saysEnd = (tail: string) => saysComplete(tail) || endsInError(tail);

/** Nobody on the way holds chunks back. */
const streamHeaders = { "cache-control": "no-cache", "x-accel-buffering": "no" };

function clientGone(): Refusal {
  return new Refusal("client_gone", "The client hung up.");
}

/** One error event, on a line of its own whatever the provider left unfinished. Never `[DONE]`. */
function farewell(refusal: Refusal, tail: string): Uint8Array {
  const begun = tail !== "" && !/\r?\n\r?\n$/.test(tail);
  return concat([
    encoder.encode(begun ? "\n\n" : ""),
    encoder.encode(`data: ${JSON.stringify(openaiError(refusal))}\n\n`),
  ]);
}
