/** The client's side of an exchange: what it gets, in which order, and whether it took it. */
import type { Refusal } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { isEventStream } from "./content-type.ts";
import { deliver, pauseBeforeEnd } from "./delivery.ts";
import { SILENCE } from "./exchange-machine.ts";
import type { UpstreamRequest } from "./upstream.ts";
import { answerWhileWaiting } from "./waiting.ts";
import { asBytes, type Whole } from "./whole.ts";

/** Nobody on the way holds chunks back. */
const headersOfStreams = { "cache-control": "no-cache", "x-accel-buffering": "no" };

export class ClientSide {
  readonly #call: Call;
  readonly #llm: string;
  readonly #tries: UpstreamRequest["tries"];
  /** What it waits for now: the answer, or what is said before it or instead of it. */
  #awaited = Promise.withResolvers<Response>();
  /** What the route answers with. */
  readonly response = this.#awaited.promise;
  /** Once a silence was broken: whether it took what followed. */
  #told: Promise<boolean> | undefined;

  /** @param tries how often the request was sent, which headers tell. */
  constructor(call: Call, llm: string, tries: UpstreamRequest["tries"]) {
    this.#call = call;
    this.#llm = llm;
    this.#tries = tries;
  }

  /** Whether it hears comments already, in a stream whose status is 200. */
  get isTold(): boolean {
    return this.#told !== undefined;
  }

  /** Keeps the request at work here though its client may go. @returns what lets it go. */
  keep(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#call.waitUntil(promise);
    return resolve;
  }

  /** By whom it is awaited changes when a silence is broken: so not before there is an answer. */
  give(response: Response): void {
    this.#awaited.resolve(response);
  }

  /** @param cause of what nobody foresaw, which is an error for whoever serves the route. */
  refuse(refusal: Refusal, cause: unknown): void {
    if (refusal.code === "internal") {
      this.#awaited.reject(cause);
      return;
    }
    const response = this.#call.route.surface.write(refusal, this.#call.requestId);
    response.headers.set("x-mcpctl-llm", this.#llm);
    response.headers.set("x-mcpctl-attempts", String(this.#tries.attempts));
    this.give(response);
  }

  /** It gets a stream of comments now, and in it the answer or whatever becomes of it. @param onGone called when it has hung up. */
  breakSilence(onGone: () => void): void {
    const { resolve } = this.#awaited;
    this.#awaited = Promise.withResolvers();
    const { readable, ended } = answerWhileWaiting(this.#awaited.promise, SILENCE, onGone);
    this.#told = ended;
    this.#call.waitUntil(ended);
    resolve(new Response(readable, { headers: this.headers("text/event-stream") }));
  }

  /** @param ended called with whether it took all of it, as far as that is known. */
  whole(body: Whole, status: number, type: string, ended: (taken: boolean) => void): Response {
    const { startedAt, request, waitUntil } = this.#call;
    const pause = this.#told ? 0 : pauseBeforeEnd(Date.now() - startedAt);
    if (this.#told) waitUntil(this.#told.then(ended));
    else if (pause === 0) ended(true);
    if (pause === 0) return new Response(body, { status, headers: this.headers(type) });
    const { readable, taken } = deliver(asBytes(body), pause, request.signal);
    waitUntil(taken.then(ended));
    return new Response(readable, { status, headers: this.headers(type) });
  }

  headers(type: string): Record<string, string> {
    const headers = {
      "content-type": type,
      "x-mcpctl-llm": this.#llm,
      "x-mcpctl-attempts": String(this.#tries.attempts),
    };
    return isEventStream(type) ? { ...headers, ...headersOfStreams } : headers;
  }
}
