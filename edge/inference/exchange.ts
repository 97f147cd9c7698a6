/** One request to one model, from the client's body to the last byte of the answer, and the record of it. */
import { errors, Refusal } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { toRefusal } from "../http/to-refusal.ts";
import type { Standing } from "../identity/standing.ts";
import { isAnswer, judge, type ProviderError } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { beginsEventStream, isEventStream, isJson } from "./content-type.ts";
import { deliver, pauseBeforeEnd } from "./delivery.ts";
import { type Usage, unknownUsage } from "./dialects/dialect.ts";
import { forwardedHeaders } from "./forwarded.ts";
import { concat } from "./json-scan.ts";
import { MovingDeadline } from "./moving-deadline.ts";
import { recordInference } from "./record.ts";
import { brokeOff, clientGone, didNotBegin, fellSilent, overdue, unreached } from "./refusals.ts";
import { relay } from "./relay.ts";
import { comment } from "./stream-events.ts";
import type { Target } from "./target.ts";
import { upstreamOf } from "./upstreams.ts";
import { answerWhileWaiting } from "./waiting.ts";
import { dropped, isBlank, takenWhole, WHOLE_BYTES, type Whole } from "./whole.ts";

/** A streaming client hears something at least this often, in milliseconds, while the model thinks, wakes, or has it queue. */
const SILENCE = 5_000;
/** A request that lasts longer, in milliseconds, ends when its caller may no longer have it. */
const LONG = 1_000;
/**
 * A request that lasts longer, in milliseconds, is finished here though its client has gone: else the runtime drops it, and it is
 * not recorded. An alarm rings so soon in any case.
 */
const KEPT = 100;
/** Bytes that are read at a time of an answer that is taken whole and does not say how long it is. */
const READ_BYTES = 16_384;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Exchange {
  readonly #call: Call;
  readonly #stream: boolean;
  readonly #choices: number;
  readonly #target: Target;
  readonly #path: string;
  /** What the client waits for: the answer, or what is said before it or instead of it. */
  #awaited = Promise.withResolvers<Response>();
  #firstByteAt: number | undefined;
  readonly #alarm = new MovingDeadline();
  /** When the provider is too late with what comes next, in milliseconds since the epoch. */
  #due: number;
  /** When the whole is too late. */
  readonly #totalDue: number;
  /** Once a silence was broken: whether the client took what followed. */
  #told: Promise<boolean> | undefined;
  #standing: Standing | undefined;
  /** Resolves what keeps the request, once something does. */
  #release: (() => void) | undefined;
  #relaying = false;
  /** How often the request was sent. */
  attempts = 1;
  /** Ends it from here, whatever it is at. */
  #end: (refusal: Refusal) => void = (refusal) => this.#giveUp(refusal);
  #recorded = false;

  /** @param path at the provider, below its base URL. */
  constructor(call: Call, target: Target, path: string, { stream, choices }: Pick<Asked, "stream" | "choices">) {
    const { firstByte, total } = target.spec.timeouts;
    this.#call = call;
    this.#stream = stream;
    this.#choices = choices;
    this.#target = target;
    this.#path = path;
    this.#due = call.startedAt + firstByte;
    this.#totalDue = total === undefined ? Number.POSITIVE_INFINITY : call.startedAt + total;
  }

  /** @param asked is not kept: its body is let go as soon as it was sent. */
  run(asked: Asked): Promise<Response> {
    const { promise } = this.#awaited;
    void this.#answer(asked);
    this.#wait();
    return promise;
  }

  /** Until whatever is to happen next where nothing comes. */
  #wait(): void {
    const { startedAt } = this.#call;
    const long = this.#standing ? Number.POSITIVE_INFINITY : startedAt + LONG;
    const silent = this.#stream && !this.#told ? startedAt + SILENCE : Number.POSITIVE_INFINITY;
    const kept = this.#release ? Number.POSITIVE_INFINITY : startedAt + KEPT;
    const next = Math.min(this.#due, this.#totalDue, long, silent, kept);
    this.#alarm.set(Math.max(1, next - Date.now()), () => {
      const now = Date.now();
      const begun = this.#firstByteAt !== undefined;
      if (now >= this.#totalDue) return this.#giveUp(overdue(this.#target));
      if (now >= this.#due) return this.#giveUp((begun ? fellSilent : didNotBegin)(this.#target));
      if (now >= kept) this.#keep();
      if (now >= long) this.#watchStanding();
      if (now >= silent) this.#breakSilence();
      this.#wait();
    });
  }

  #keep(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release = resolve;
    this.#call.waitUntil(promise);
  }

  /** The answer has begun, or gone on: from now on silence is what is limited. */
  #waitForMore(): void {
    this.#due = Date.now() + this.#target.spec.timeouts.idle;
    this.#wait();
  }

  /** The client gets a stream of comments now, and in it the answer or whatever becomes of it. */
  #breakSilence(): void {
    const { resolve } = this.#awaited;
    this.#awaited = Promise.withResolvers();
    // Once bytes flow, the relay notices by itself that nobody takes them.
    const onGone = () => this.#relaying || this.#giveUp(clientGone());
    const { readable, ended } = answerWhileWaiting(this.#awaited.promise, SILENCE, onGone);
    this.#told = ended;
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
      throw unreached(this.#target, error);
    }
    // Too late: the client has been told.
    if (this.#recorded) return dropped(response);
    this.#firstByteAt = Date.now();
    this.#waitForMore();
    const { status, headers } = response;
    const said = headers.get("content-type");
    if (!isAnswer(status, said ?? "")) return this.#providersWords(await judge(response, this.#target));
    const type = said ?? "application/octet-stream";
    try {
      const short = takenWhole(response, type);
      return short ? this.#whole(await short, status, type) : await this.#pass(response, type);
    } catch (cause) {
      throw cause instanceof Refusal ? cause : brokeOff(this.#target, cause);
    }
  }

  #send(asked: Asked): Promise<Response> {
    const { spec, name, dialect } = this.#target;
    const sent = upstreamOf(this.#target, this.#call.deps).send(
      {
        llm: name,
        model: spec.model,
        path: this.#path,
        headers: forwardedHeaders(this.#call.request, asked.contentType, dialect.forwarded),
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

  async #pass(response: Response, type: string): Promise<Response> {
    const { status, body } = response;
    if (!body) return this.#whole("", status, type);
    // Speech is heard while it is made: JSON alone is of no use before its end.
    if (isEventStream(type) || !(this.#stream || isJson(type))) return this.#relay(body, status, type, undefined);
    const reader = body.getReader({ mode: "byob" });
    const parts: Uint8Array[] = [];
    for (let size = 0; size < WHOLE_BYTES; ) {
      const { value, done } = await reader.readAtLeast(1, new Uint8Array(Math.min(READ_BYTES, WHOLE_BYTES - size)));
      if (this.#recorded) {
        reader.cancel().catch(() => {});
        return dropped(response);
      }
      if (done || !value) return this.#whole(concat(parts), status, type);
      this.#waitForMore();
      parts.push(value);
      size += value.length;
      if (parts.length > 1) continue;
      const events = this.#stream && beginsEventStream(value);
      if (!events && isJson(type) && !isBlank(value)) continue;
      reader.releaseLock();
      return this.#relay(body, status, events ? "text/event-stream" : type, value);
    }
    reader.releaseLock();
    return this.#relay(body, status, type, concat(parts));
  }

  #whole(body: Whole, status: number, type: string): Response {
    // Too late: the client has been told.
    if (this.#recorded) return new Response(null, { status });
    this.#alarm.clear();
    const text = typeof body === "string" ? body : type.includes("json") ? decoder.decode(body) : "";
    const headers = this.#headers(type);
    const { startedAt, request, waitUntil } = this.#call;
    const usage = this.#target.dialect.usage(text);
    const record = (taken: boolean) => (taken ? this.#record(status, null, usage) : this.#record(...gone, usage));
    const pause = pauseBeforeEnd(Date.now() - startedAt);
    if (pause === 0 || this.#told) {
      if (this.#told) waitUntil(this.#told.then(record));
      else record(true);
      return new Response(body, { status, headers });
    }
    const bytes = typeof body === "string" ? encoder.encode(body) : new Uint8Array(body);
    const { readable, taken } = deliver(bytes, pause, request.signal);
    waitUntil(taken.then(record));
    return new Response(readable, { status, headers });
  }

  #relay(body: ReadableStream<Uint8Array>, status: number, type: string, first: Uint8Array | undefined): Response {
    const sse = isEventStream(type);
    const { dialect, spec } = this.#target;
    const { startedAt, request, route } = this.#call;
    this.#relaying = true;
    const { readable, ended, end } = relay(body, {
      alarm: this.#alarm,
      startedAt,
      quietSince: this.#told || first ? Date.now() : startedAt,
      idleMs: spec.timeouts.idle,
      due: this.#totalDue,
      first,
      terminated: sse && dialect.terminates(this.#path),
      ending: sse ? (tail, truncated) => dialect.ending(tail, { choices: this.#choices, truncated }) : undefined,
      saysDone: sse ? dialect.saysDone : undefined,
      event: sse ? route.surface.event : undefined,
      cut: (cause) => brokeOff(this.#target, cause),
      idle: () => fellSilent(this.#target),
      overdue: () => overdue(this.#target),
      filler: sse ? { bytes: comment, afterMs: SILENCE } : undefined,
      onLong: () => this.#watchStanding(),
      signal: request.signal,
    });
    this.#end = end;
    this.#call.waitUntil(
      ended.then(({ tail, failed, broke }) => {
        const usage = dialect.usage(tail);
        if (broke === "client_gone") this.#record(...gone, usage);
        else this.#record(status, broke ? broke.code : failed ? "provider_failed" : null, usage);
      }),
    );
    return new Response(readable, { status, headers: this.#headers(type) });
  }

  /** What lasts must end when its caller may no longer have it. */
  #watchStanding(): void {
    if (this.#standing || this.#recorded) return;
    const demand = { role: "run", resource: "llms", name: this.#target.name } as const;
    const standing = this.#call.deps.access.stillAllowed(this.#call, demand);
    standing.signal.addEventListener("abort", () => this.#end(toRefusal(standing.signal.reason)));
    this.#standing = standing;
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

  #refused(error: unknown): Response {
    const refusal = toRefusal(error);
    this.#record(errors[refusal.code].http, refusal.code, unknownUsage);
    if (refusal.code === "internal") throw error;
    const response = this.#call.route.surface.write(refusal, this.#call.requestId);
    response.headers.set("x-mcpctl-llm", this.#target.name);
    response.headers.set("x-mcpctl-attempts", String(this.attempts));
    return response;
  }

  /** One event per request: what comes after a giving up is not told again. */
  #record(status: number, error: string | null, usage: Usage): void {
    if (this.#recorded) return;
    this.#recorded = true;
    this.#standing?.release();
    this.#release?.();
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

/** What is recorded where the client has gone. */
const gone = [errors.client_gone.http, "client_gone"] as const;

/** Nobody on the way holds chunks back. */
const streamHeaders = { "cache-control": "no-cache", "x-accel-buffering": "no" };
