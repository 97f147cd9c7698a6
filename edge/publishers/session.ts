/** One provider session: the shell that feeds the machine and carries its effects out. */
import { DurableObject } from "cloudflare:workers";
import { refuse } from "#db/protocol/errors";
import {
  type HeartbeatResponse,
  heartbeatRequest,
  PUBLISHER_QUEUE_LENGTH,
  type RegisterResponse,
  SECRET_HEADER,
  type Task,
} from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import { causeOf } from "../cause.ts";
import { type Deps, depsOf } from "../deps.ts";
import type { Env } from "../env.ts";
import { parseJson, parseWith, readText } from "../http/body.ts";
import { toRefusal } from "../http/to-refusal.ts";
import { encodeRefusal } from "../inference/upstream.ts";
import { Asked, tooMuchWaits } from "./asked.ts";
import { type Channel, openEventStream } from "./channel.ts";
import { type Identity, knowsSecret } from "./identity.ts";
import { type RegisterInward, readInfer, type Settled } from "./inward.ts";
import * as machine from "./machine.ts";
import { Memory } from "./memory.ts";
import { register } from "./register.ts";
import { takeResult } from "./result.ts";
import { SingleTimer } from "./timer.ts";
import { Upkeep } from "./upkeep.ts";

const HEARTBEAT_LIMIT_BYTES = 16_384;

export class PublisherSession extends DurableObject<Env> {
  #state: machine.Session;
  /** Undefined until it registers, and after it was forgotten. */
  #identity: Identity | undefined;
  readonly #deps: Deps;
  readonly #limits: machine.Limits;
  readonly #memory: Memory;
  readonly #asked = new Map<string, Asked>();
  readonly #channels = new Map<number, Channel>();
  #channelNumber = 0;
  readonly #timer = new SingleTimer(() => this.#on({ is: "tick" }));
  readonly #upkeep: Upkeep;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#deps = depsOf(env);
    this.#limits = { times: this.#deps.settings.publisherTimes, queueLength: PUBLISHER_QUEUE_LENGTH };
    this.#upkeep = new Upkeep(this.#deps);
    this.#memory = new Memory(ctx);
    const kept = this.#memory.load();
    this.#identity = kept?.identity;
    this.#state = kept ? machine.restored(kept.state, this.#limits, Date.now()) : machine.unregistered(Date.now());
    this.#memory.keep(this.#identity, this.#state);
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#route(new URL(request.url).pathname, request);
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.code === "internal") console.error("publisher session:", causeOf(refusal.cause));
      return encodeRefusal(refusal);
    }
  }

  override async alarm(): Promise<void> {
    this.#memory.alarmFired();
    this.#on({ is: "tick" });
    await this.#upkeep.done();
  }

  async #route(path: string, request: Request): Promise<Response> {
    if (path === "/register") return Response.json(await this.#register(await request.json<RegisterInward>()));
    if (path === "/infer") return this.#infer(request);
    if (path === "/settle") return Response.json(await this.#settle(await request.text()));
    // Everything else comes from outside.
    if (!(await knowsSecret(this.#identity, request.headers.get(SECRET_HEADER))))
      refuse("not_authenticated", "The publisher's session or its secret is not known.", { hint: "Register again." });
    if (path === "/stream") return this.#stream(request);
    if (path === "/heartbeat") return Response.json(await this.#heartbeat(request));
    return takeResult(path.slice("/result/".length), request, {
      state: () => this.#state,
      asked: (task) => this.#asked.get(task),
      on: (event) => this.#on(event),
      probe: () => this.#channels.get(this.#state.channel ?? 0)?.probe(),
      limits: { idle: this.#limits.times.idle, bytes: this.#deps.settings.maxBodyBytes },
    });
  }

  #register(inward: RegisterInward): Promise<RegisterResponse> {
    return this.#upkeep.inTurn(async () => {
      const { identity, response, changes } = await register(this.#deps, inward, this.#identity);
      this.#identity = identity;
      const llms = response.llms.map((l) => l.name);
      this.#on({ is: "registered", slots: inward.request.capacity.slots, llms });
      await this.#upkeep.tell(changes);
      return response;
    });
  }

  #stream(request: Request): Response {
    const number = ++this.#channelNumber;
    const { times } = this.#limits;
    const channel = openEventStream(times, request.signal, () => {
      this.#channels.delete(number);
      this.#on({ is: "closed", channel: number });
    });
    this.#channels.set(number, channel);
    const protocol = PROTOCOL_VERSION;
    channel.send("hello", { providerSessionId: this.#identity?.session, protocol, pingSeconds: times.ping / 1000 });
    this.#on({ is: "opened", channel: number });
    return channel.response;
  }

  async #heartbeat(request: Request): Promise<HeartbeatResponse> {
    const beat = parseWith(heartbeatRequest, parseJson(await readText(request, HEARTBEAT_LIMIT_BYTES)));
    this.#on({ is: beat.leaving ? "left" : beat.draining ? "draining" : "heartbeat" });
    if (beat.leaving || beat.draining) await this.#upkeep.done();
    const { presence, channel } = this.#state;
    return { state: presence === "active" ? "active" : "inactive", channel: channel !== undefined };
  }

  async #infer(request: Request): Promise<Response> {
    const { session, taskId, firstByteMs, ...asks } = readInfer(request);
    if (this.#state.presence === "gone") await this.#settle(session);
    const body = await request.text();
    if (tooMuchWaits(this.#asked.values(), body.length))
      refuse("queue_full", `Too much waits for the publisher of ${asks.llm}.`, { retryAfter: 5 });
    const asked = new Asked({ kind: "infer", taskId, ...asks, body });
    this.#asked.set(taskId, asked);
    const gone = () => this.#on({ is: "callerGone", task: taskId });
    request.signal.addEventListener("abort", gone);
    this.#on({ is: "requested", task: taskId, llm: asks.llm, firstByte: firstByteMs });
    if (request.signal.aborted) gone();
    return asked.answer;
  }

  /** Heals rows that say more than is true. @param session its own name, which a lost object does not know. */
  async #settle(session: string): Promise<Settled> {
    this.#on({ is: "tick" });
    const before: Settled = this.#state;
    if (before.presence === "active") return { presence: "active" };
    await this.#upkeep.show(session, "inactive", []);
    const { presence }: Settled = this.#state;
    // It came back meanwhile.
    if (presence === "active") this.#on({ is: "rowsFailed" });
    return { presence };
  }

  #on(event: machine.Event): void {
    const { state, effects } = machine.step(this.#state, event, this.#limits, Date.now());
    this.#state = state;
    this.#memory.keep(this.#identity, this.#state);
    for (const effect of effects) this.#carry(effect);
    if (event.is === "ended" || event.is === "callerGone") this.#asked.delete(event.task);
    this.#timer.next(machine.nextDue(state).passing);
  }

  #carry(effect: machine.Effect): void {
    switch (effect.do) {
      case "dispatch":
        this.#send(this.#asked.get(effect.task)?.release());
        break;
      case "cancel":
        this.#send({ kind: "cancel", taskId: effect.task });
        break;
      case "fail":
        this.#asked.get(effect.task)?.fail(effect);
        this.#asked.delete(effect.task);
        break;
      case "close":
        this.#channels.get(effect.channel)?.close("closed", { because: effect.because });
        break;
      case "rows":
      case "forget":
        this.ctx.waitUntil(this.#upkeep.inTurn(() => (effect.do === "rows" ? this.#writeRows() : this.#forget())));
        break;
    }
  }

  #send(task: Task | undefined): void {
    if (task) this.#channels.get(this.#state.channel ?? 0)?.send("task", task);
  }

  async #writeRows(): Promise<void> {
    const { presence, llms } = this.#state;
    if (presence === "gone" || !this.#identity) return;
    const written = await this.#upkeep.show(this.#identity.session, presence, llms);
    this.#on({ is: written ? "rowsWritten" : "rowsFailed" });
  }

  async #forget(): Promise<void> {
    const session = this.#identity?.session;
    if (this.#state.presence !== "gone" || session === undefined) return;
    this.#identity = undefined;
    await this.#memory.forget();
    await this.#upkeep.remove(session);
  }
}
