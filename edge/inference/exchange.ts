/**
 * One request to one model, from the client's body to the last byte of the answer, and the record of it. What is decided on the way
 * stands in exchange-machine.ts; this carries it out.
 */
import { errors, Refusal } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { toRefusal } from "../http/to-refusal.ts";
import type { Standing } from "../identity/standing.ts";
import { isAnswer, judge, type ProviderError } from "./answer.ts";
import { ClientSide } from "./client-side.ts";
import { isEventStream, isJson } from "./content-type.ts";
import { type Usage, unknownUsage } from "./dialects/dialect.ts";
import * as machine from "./exchange-machine.ts";
import type { ModelRequest } from "./model-request.ts";
import { MovingDeadline } from "./moving-deadline.ts";
import { recordInference } from "./record.ts";
import { brokeOff, clientGone, refusalFor, unreached } from "./refusals.ts";
import { relay } from "./relay.ts";
import { eventStream } from "./relay-options.ts";
import { take } from "./taking.ts";
import type { Target } from "./target.ts";
import { send } from "./upstreams.ts";
import { asText, dropped, takenWhole, type Whole } from "./whole.ts";

export class Exchange {
  readonly #call: Call;
  readonly #choices: number;
  readonly #target: Target;
  readonly #path: string;
  readonly #client: ClientSide;
  readonly #state: machine.ExchangeState;
  readonly #alarm = new MovingDeadline();
  readonly #ring = () => void this.#on("alarm");
  #standing: Standing | undefined;
  /** Lets go of the request, once it is kept. */
  #release: (() => void) | undefined;
  /** Ends what flows, once something does. */
  #cut: ((refusal: Refusal) => void) | undefined;
  /** How often the request was sent. */
  attempts = 1;

  /** @param path at the provider, as the edge names it. */
  constructor(call: Call, target: Target, path: string, { stream, choices }: Pick<ModelRequest, "stream" | "choices">) {
    this.#call = call;
    this.#choices = choices;
    this.#target = target;
    this.#path = path;
    this.#client = new ClientSide(call, target.name, this);
    this.#state = machine.begin(call.startedAt, stream, target.spec.timeouts);
  }

  /** @param asked is not kept: its body is let go as soon as it was sent. */
  run(asked: ModelRequest): Promise<Response> {
    void this.#answer(asked);
    this.#setAlarm();
    return this.#client.response;
  }

  #setAlarm(): void {
    this.#alarm.set(Math.max(1, machine.nextAt(this.#state) - Date.now()), this.#ring);
  }

  /** @param why what a client is told whose caller may no longer have the answer. */
  #on(event: machine.ExchangeEvent, why?: Refusal): number {
    const effects = machine.step(this.#state, event, Date.now());
    if (effects & machine.CLEAR_ALARM) this.#alarm.clear();
    // Nothing tells the provider: the runtime ends what belongs to a request that is over. A signal of our own for it would cost
    // every request, and tie JavaScript to the runtime in circles that only a full collection finds.
    if (effects & machine.GIVE_UP) this.#refuse(why ?? refusalFor(effects, this.#target));
    if (effects & machine.CUT && why) this.#cut?.(why);
    if (effects & machine.KEEP) this.#release = this.#client.keep();
    if (effects & machine.WATCH) this.#watchStanding();
    if (effects & machine.BREAK_SILENCE) this.#client.breakSilence(() => void this.#on("client gone"));
    if (effects & machine.SET_ALARM) this.#setAlarm();
    return effects;
  }

  /** What lasts must end when its caller may no longer have it. */
  #watchStanding(): void {
    const demand = { role: "run", resource: "llms", name: this.#target.name } as const;
    const standing = this.#call.deps.access.stillAllowed(this.#call, demand);
    standing.signal.addEventListener("abort", () => this.#on("revoked", toRefusal(standing.signal.reason)));
    this.#standing = standing;
  }

  /** What fails is a response too; only what nobody foresaw is an error. Never rejects. */
  async #answer(asked: ModelRequest): Promise<void> {
    try {
      this.#client.give(await this.#answered(asked));
    } catch (error) {
      if (this.#on("failed") & machine.RECORD) this.#refuse(this.#call.request.signal.aborted ? clientGone() : error);
    }
  }

  async #answered(asked: ModelRequest): Promise<Response> {
    let response: Response;
    try {
      response = await send(this.#target, this.#call, this.#path, asked, this);
    } catch (error) {
      throw unreached(this.#target, error);
    }
    if (this.#on("head") & machine.LET_GO) return dropped(response);
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

  async #pass(response: Response, type: string): Promise<Response> {
    const { status, body } = response;
    if (!body) return this.#whole("", status, type);
    // Speech is heard while it is made: JSON alone is of no use before its end.
    if (isEventStream(type) || !(this.#state.stream || isJson(type))) return this.#relay(body, status, type, undefined);
    const taken = await take(body, type, this.#state.stream, () => !(this.#on("bytes") & machine.LET_GO));
    switch (taken.is) {
      case "whole":
        return this.#whole(taken.body, status, type);
      case "flowing":
        return this.#relay(body, status, taken.type, taken.first);
      case "unwanted":
        return dropped(response);
    }
  }

  #whole(body: Whole, status: number, type: string): Response {
    if (this.#on("whole") & machine.LET_GO) return new Response(null, { status });
    const usage = this.#target.dialect.usage(asText(body, type));
    return this.#client.whole(body, status, type, (taken) => this.#ended(taken, status, null, usage));
  }

  #relay(body: ReadableStream<Uint8Array>, status: number, type: string, first: Uint8Array | undefined): Response {
    if (this.#on("flowing") & machine.LET_GO) return dropped(new Response(body));
    const { dialect } = this.#target;
    const { startedAt, request, route, waitUntil } = this.#call;
    const { readable, ended, end } = relay(body, {
      target: this.#target,
      alarm: this.#alarm,
      startedAt,
      quietSince: this.#client.isTold || first ? Date.now() : startedAt,
      due: this.#state.totalDue,
      first,
      events: isEventStream(type) ? eventStream(dialect, this.#path, this.#choices, route.surface.event) : undefined,
      onLong: () => void this.#on("long"),
      signal: request.signal,
    });
    this.#cut = end;
    waitUntil(
      ended.then(({ tail, failed, broke }) => {
        const usage = dialect.usage(tail);
        if (broke === "client_gone") this.#ended(false, status, null, usage);
        else this.#ended(true, status, broke?.code ?? (failed ? "provider_failed" : null), usage);
      }),
    );
    return new Response(readable, { status, headers: this.#client.headers(type) });
  }

  #providersWords(judged: ProviderError | Refusal): Response {
    if (judged instanceof Refusal) throw judged;
    const { status, body, retry } = judged;
    if (this.#on("refused") & machine.RECORD) this.#record(status, `provider_${status}`, unknownUsage);
    return new Response(body, { status, headers: { ...this.#client.headers("application/json"), ...retry } });
  }

  /** Answers without the provider. */
  #refuse(error: unknown): void {
    const refusal = toRefusal(error);
    this.#record(errors[refusal.code].http, refusal.code, unknownUsage);
    this.#client.refuse(refusal, error);
  }

  /** @param taken whether the client took all of it, as far as that is known. */
  #ended(taken: boolean, status: number, error: string | null, usage: Usage): void {
    if (!(this.#on("ended") & machine.RECORD)) return;
    if (taken) this.#record(status, error, usage);
    else this.#record(errors.client_gone.http, "client_gone", usage);
  }

  /** Once, where the machine says so. */
  #record(status: number, error: string | null, usage: Usage): void {
    this.#standing?.release();
    this.#release?.();
    if (this.#target.is === "provider") this.#target.line.endedAt = Date.now();
    recordInference(this.#call, this.#target, {
      path: this.#path,
      streaming: this.#state.stream,
      status,
      error,
      firstByteAt: this.#state.begunAt,
      attempts: this.attempts,
      usage,
    });
  }
}
