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
import { type Deps, depsOf } from "../deps.ts";
import type { Env } from "../env.ts";
import { parseJson, parseWith, readText } from "../http/body.ts";
import { toRefusal } from "../http/to-refusal.ts";
import { guardsOf, type Tie } from "../identity/tie.ts";
import { log } from "../log.ts";
import { encodeRefusal } from "../objects/refusal-codec.ts";
import { SingleTimer } from "../objects/timer.ts";
import { storeUnavailable } from "../store.ts";
import { CallerRequest, tooMuchWaits } from "./caller-request.ts";
import { type Channel, openEventStream } from "./channel.ts";
import { publisherEnded } from "./ended.ts";
import { type Identity, knowsSecret, publishing } from "./identity.ts";
import { type RegisterInward, readInfer, type Settled, type SettleInward } from "./inward.ts";
import * as machine from "./machine.ts";
import { Memory } from "./memory.ts";
import { slotsIn } from "./queue.ts";
import { register } from "./register.ts";
import { takeResult } from "./result.ts";
import { type Barred, restored, type Session, unregistered } from "./state.ts";
import { Upkeep } from "./upkeep.ts";

const HEARTBEAT_LIMIT_BYTES = 16_384;
/** As of an isolate's copy of a caller: what is older than the first is renewed, and what is older than the second is not gone by. */
const RENEW_MS = 2_000;
const MAX_AGE_MS = 5_000;

export class PublisherSession extends DurableObject<Env> {
  #state: Session;
  /** Undefined until it registers, and after it was forgotten. */
  #identity: Identity | undefined;
  readonly #deps: Deps;
  readonly #limits: machine.Limits;
  readonly #memory: Memory;
  readonly #asked = new Map<string, CallerRequest>();
  readonly #channels = new Map<number, Channel>();
  #channelNumber = 0;
  #looking: Promise<void> | undefined;
  readonly #timer = new SingleTimer(() => this.#on({ is: "tick" }));
  readonly #upkeep: Upkeep;
  /** When it was last found out that its right stands. */
  #lookedAt = 0;
  /** What a registration is under way with. */
  #registering: Tie | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#deps = depsOf(env);
    this.#limits = { times: this.#deps.settings.publisherTimes, queueLength: PUBLISHER_QUEUE_LENGTH };
    this.#upkeep = new Upkeep(this.#deps);
    this.#memory = new Memory(ctx);
    const kept = this.#memory.load();
    this.#identity = kept?.identity;
    this.#state = kept ? restored(kept.state, this.#limits.times, Date.now()) : unregistered(Date.now());
    this.#memory.keep(this.#identity, this.#state);
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#route(new URL(request.url).pathname, request);
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.code === "internal") log("publisher-failed", { session: this.ctx.id.name, cause: refusal.cause });
      return encodeRefusal(refusal);
    }
  }

  override async alarm(): Promise<void> {
    await this.#memory.alarmFired();
    this.#on({ is: "tick" });
    await this.#upkeep.done();
  }

  async #route(path: string, request: Request): Promise<Response> {
    if (path === "/register") return Response.json(await this.#register(await request.json<RegisterInward>()));
    if (path === "/infer") return this.#infer(request);
    if (path === "/settle") return Response.json(await this.#settle(await request.json<SettleInward>()));
    if (path === "/withdrawn") {
      this.#on({ is: "withdrawn", llms: await request.json<string[]>() });
      return Response.json({});
    }
    // Everything else comes from outside.
    if (!(await knowsSecret(this.#identity, request.headers.get(SECRET_HEADER))))
      refuse("not_authenticated", "The publisher's session or its secret is not known.", { hint: "Register again." });
    await this.#assertStanding();
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
      this.#registering = inward.tie;
      try {
        const { identity, response, changes } = await register(this.#deps, inward, this.#identity);
        this.#identity = identity;
        const llms = response.llms.map((l) => l.name);
        this.#on({ is: "registered", slots: slotsIn(inward.request), llms });
        await this.#upkeep.tell(changes);
        // What was taken back while it registered, nobody has told.
        await this.#assertStanding(0);
        return response;
      } finally {
        this.#registering = undefined;
      }
    });
  }

  /** A Guard says that something has changed. @returns whether this session hangs on its principal (any more). */
  async rightsChanged(guard: string): Promise<boolean> {
    const hangs = (tie: Tie | undefined) => tie !== undefined && guardsOf(tie).includes(guard);
    if (!this.#state.barred && hangs(this.#identity?.tie)) {
      this.#on({ is: "told" });
      await this.#look(true);
    }
    return hangs(this.#registering) || (!this.#state.barred && hangs(this.#identity?.tie));
  }

  /** One at a time, which all who wait for it share. @param anew not one that began before now. */
  async #look(anew = false): Promise<void> {
    if (anew) await this.#looking;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const tie = this.#identity?.tie;
    if (!tie) return;
    const now = Date.now();
    const look = await this.#deps.access.lookAt(tie, publishing);
    // It was registered anew meanwhile, or has ended.
    if (this.#identity?.tie !== tie || this.#state.barred) return;
    if (look.is === "unknown") return this.#on({ is: "unsure" });
    if (look.is === "lost") return this.#end(look);
    this.#lookedAt = now;
    this.#on({ ...look, is: "confirmed" });
  }

  /** The right that it hangs on has gone. That is written once: an ended session is looked at no more. */
  #end({ code, message }: Barred): void {
    const { llms } = this.#state;
    this.#on({ is: "revoked", code, message });
    if (this.#identity)
      this.#deps.audit.record(publisherEnded(this.#identity, llms, message), (work) => this.ctx.waitUntil(work));
  }

  /** Nobody is served, and nothing taken, by what is older than so many milliseconds. @throws Refusal that says why it has ended */
  async #assertStanding(maxAgeMs = RENEW_MS): Promise<void> {
    if (!this.#identity?.tie)
      refuse("not_authenticated", "The session is from before this version.", { hint: "Register again." });
    if (!this.#state.barred && Date.now() - this.#lookedAt > maxAgeMs) await this.#look(maxAgeMs === 0);
    const { barred } = this.#state;
    if (barred) refuse(barred.code, barred.message, { hint: "Register again with a credential that may create llms." });
    if (machine.isUnsure(this.#state, Date.now())) throw storeUnavailable(undefined);
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
    const { presence, channel, withdrawn } = this.#state;
    return {
      state: presence === "active" ? "active" : "inactive",
      channel: channel !== undefined,
      ...(withdrawn.length > 0 ? { withdrawn: [...withdrawn] } : {}),
    };
  }

  async #infer(request: Request): Promise<Response> {
    const { session, taskId, firstByteMs, ...asks } = readInfer(request);
    if (this.#state.presence === "gone") await this.#settle({ session });
    const age = Date.now() - this.#lookedAt;
    const body = await request.text();
    // Who is used all the time is looked at meanwhile, and nobody waits for it.
    if (age > MAX_AGE_MS) await this.#look();
    else if (age > RENEW_MS) this.ctx.waitUntil(this.#look());
    if (tooMuchWaits(this.#asked.values(), asks.llm, body.length))
      refuse("queue_full", `Too much waits for the publisher of ${asks.llm}.`, { retryAfter: 5 });
    const asked = new CallerRequest({ kind: "infer", taskId, ...asks, body });
    this.#asked.set(taskId, asked);
    const gone = () => this.#on({ is: "callerGone", task: taskId });
    request.signal.addEventListener("abort", gone);
    this.#on({ is: "requested", task: taskId, llm: asks.llm, firstByte: firstByteMs });
    if (request.signal.aborted) gone();
    return asked.answer;
  }

  /** Heals rows that say more than is true. `session` is its own name, which a lost object does not know. */
  async #settle({ session, claimant }: SettleInward): Promise<Settled> {
    this.#on({ is: "tick" });
    if (claimant !== undefined && claimant === this.#identity?.owner) this.#on({ is: "claimed" });
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
    this.#timer.next(machine.nextDeadline(state));
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
        this.#channels.get(effect.channel)?.close("closed", { because: effect.because, message: effect.message });
        break;
      case "tellWithdrawn":
        this.#channels.get(this.#state.channel ?? 0)?.send("withdrawn", { llms: effect.llms });
        this.ctx.waitUntil(this.#upkeep.inTurn(() => this.#upkeep.withdraw(this.#identity?.session, effect.llms)));
        break;
      case "look":
        this.ctx.waitUntil(this.#look());
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
    const { session, tie } = this.#identity ?? {};
    if (this.#state.presence !== "gone" || session === undefined) return;
    this.#identity = undefined;
    await this.#memory.forget();
    if (tie) await this.#deps.access.release(guardsOf(tie), `publisher:${session}`);
    await this.#upkeep.remove(session);
  }
}
