/** One provider session: the shell that feeds the machine and carries its effects out. */
import { DurableObject } from "cloudflare:workers";
import { hashToken, mintToken } from "#db/crypto/token";
import { Refusal, refuse } from "#db/protocol/errors";
import {
  type HeartbeatResponse,
  heartbeatRequest,
  PUBLISHER_QUEUE_LENGTH,
  type RegisterResponse,
  SECRET_HEADER,
  type Task,
} from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import { parseJson, parseWith, readBounded } from "../body.ts";
import type { Change } from "../changes.ts";
import { type Deps, depsOf } from "../deps.ts";
import type { Env } from "../env.ts";
import { toRefusal } from "../errors.ts";
import { encodeRefusal } from "../inference/upstream.ts";
import { SingleAlarm } from "./alarm.ts";
import { Asked } from "./asked.ts";
import { type Channel, openEventStream } from "./channel.ts";
import { type Credential, knowsSecret } from "./credential.ts";
import { INFER_HEADER, type InferInward, type RegisterInward, type Settled } from "./inward.ts";
import * as machine from "./machine.ts";
import { takeResult } from "./result.ts";
import { deleteInactive, setPresence } from "./rows.ts";
import { claimSettled } from "./settle.ts";
import { Turns } from "./turns.ts";

/** What survives a restart. */
interface Kept {
  id: string;
  credential: Credential;
  state: machine.Kept;
}

const HEARTBEAT_LIMIT_BYTES = 16_384;

export class PublisherSession extends DurableObject<Env> {
  #state: machine.Session;
  #id = "";
  #credential: Credential | undefined;
  #keptText = "";
  readonly #deps: Deps;
  readonly #limits: machine.Limits;
  readonly #alarm: SingleAlarm;
  readonly #asked = new Map<string, Asked>();
  readonly #channels = new Map<number, Channel>();
  #channelNumber = 0;
  #timer: { at: number; handle: ReturnType<typeof setTimeout> } | undefined;
  /** Writes to the store follow each other, so that the last one says how it is. */
  readonly #turns = new Turns();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#deps = depsOf(env);
    this.#limits = { times: this.#deps.settings.publisherTimes, queueLength: PUBLISHER_QUEUE_LENGTH };
    this.#alarm = new SingleAlarm(ctx.storage);
    const kept = ctx.storage.kv.get<Kept>("session");
    this.#state = kept ? machine.restored(kept.state, this.#limits, Date.now()) : machine.unregistered(Date.now());
    if (!kept) return;
    this.#id = kept.id;
    this.#credential = kept.credential;
    this.#keep();
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#route(new URL(request.url).pathname, request);
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.code === "internal") console.error("publisher session:", refusal.cause);
      return encodeRefusal(refusal);
    }
  }

  override async alarm(): Promise<void> {
    this.#alarm.fired();
    this.#on({ is: "tick" });
    await this.#turns.done();
  }

  async #route(path: string, request: Request): Promise<Response> {
    if (path === "/register") return Response.json(await this.#register(await request.json<RegisterInward>()));
    if (path === "/infer") return this.#infer(request);
    if (path === "/settle") return Response.json(await this.#settle(await request.text()));
    // Everything else comes from outside.
    if (!(await knowsSecret(this.#credential, request.headers.get(SECRET_HEADER))))
      refuse("not_authenticated", "The publisher's session or its secret is not known.", { hint: "Register again." });
    if (path === "/stream") return this.#stream(request);
    if (path === "/heartbeat") return Response.json(await this.#heartbeat(request));
    return takeResult(path.slice("/result/".length), request, {
      state: () => this.#state,
      asked: (task) => this.#asked.get(task),
      on: (event) => this.#on(event),
      probe: () => this.#channels.get(this.#state.channel ?? 0)?.probe(),
      idle: this.#limits.times.idle,
      limit: this.#deps.settings.maxBodyBytes,
    });
  }

  #register({ session, fresh, owner, request }: RegisterInward): Promise<RegisterResponse> {
    return this.#turns.take(async () => {
      const known = this.#state.presence !== "gone" && this.#credential !== undefined;
      const vouched =
        known &&
        (this.#credential?.owner === owner.key || (await knowsSecret(this.#credential, request.sessionSecret ?? null)));
      if (!fresh && !vouched) refuse("not_found", "No such session, or it belongs to somebody else.");
      const { llms, host, agents } = request;
      const { slots } = request.capacity;
      const sessionSecret = mintToken("mcpctl_pub_");
      const secretHash = await hashToken(sessionSecret);
      const claimed = await claimSettled(this.#deps, { session, owner: owner.label, llms, slots, host });
      this.#id = session;
      this.#credential = { secretHash, owner: owner.key };
      this.#on({ is: "registered", slots, llms: claimed.llms.map((l) => l.name) });
      await this.#tell(claimed.changes);
      return {
        providerSessionId: session,
        sessionSecret,
        llms: claimed.llms,
        agents: agents.map((a) => ({ name: a.name })),
        protocol: PROTOCOL_VERSION,
      };
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
    channel.send("hello", {
      providerSessionId: this.#id,
      protocol: PROTOCOL_VERSION,
      pingSeconds: times.ping / 1000,
    });
    this.#on({ is: "opened", channel: number });
    return channel.response;
  }

  async #heartbeat(request: Request): Promise<HeartbeatResponse> {
    const beat = parseWith(heartbeatRequest, parseJson(await readBounded(request, HEARTBEAT_LIMIT_BYTES)));
    this.#on({ is: beat.leaving ? "left" : beat.draining ? "draining" : "heartbeat" });
    if (beat.leaving || beat.draining) await this.#turns.done();
    const { presence, channel } = this.#state;
    return { state: presence === "active" ? "active" : "inactive", channel: channel !== undefined };
  }

  async #infer(request: Request): Promise<Response> {
    const inward = JSON.parse(decodeURIComponent(request.headers.get(INFER_HEADER) ?? "")) as InferInward;
    const { session, taskId, firstByteMs, ...asks } = inward;
    if (this.#state.presence === "gone") await this.#settle(session);
    const asked = new Asked({ kind: "infer", taskId, ...asks, body: await request.text() });
    this.#asked.set(taskId, asked);
    request.signal.addEventListener("abort", () => this.#on({ is: "callerGone", task: taskId }));
    this.#on({ is: "requested", task: taskId, llm: asks.llm, firstByte: firstByteMs });
    return asked.answer;
  }

  /** Heals rows that say more than is true. @param session its own name, which a lost object does not know. */
  async #settle(session: string): Promise<Settled> {
    this.#on({ is: "tick" });
    const before: Settled = this.#state;
    if (before.presence === "active") return { presence: "active" };
    await this.#tell(await setPresence(this.#deps.store, session, "inactive", [], new Date()));
    const { presence }: Settled = this.#state;
    // It came back meanwhile.
    if (presence === "active") this.#on({ is: "rowsFailed" });
    return { presence };
  }

  #on(event: machine.Event): void {
    const { state, effects } = machine.step(this.#state, event, this.#limits, Date.now());
    this.#state = state;
    this.#keep();
    for (const effect of effects) this.#carry(effect);
    if ((event.is === "ended" || event.is === "callerGone") && !this.#state.tasks.has(event.task))
      this.#asked.delete(event.task);
    this.#wakeFor(machine.nextDue(this.#state).passing);
  }

  #carry(effect: machine.Effect): void {
    switch (effect.do) {
      case "dispatch":
        this.#send(this.#asked.get(effect.task)?.frame);
        break;
      case "cancel":
        this.#send({ kind: "cancel", taskId: effect.task });
        break;
      case "fail": {
        const { task, code, message, retryAfter } = effect;
        this.#asked.get(task)?.fail(new Refusal(code, message, retryAfter === undefined ? {} : { retryAfter }));
        this.#asked.delete(task);
        break;
      }
      case "close":
        this.#channels.get(effect.channel)?.close("closed", { because: effect.because });
        break;
      case "rows":
        this.ctx.waitUntil(this.#turns.take(() => this.#writeRows()));
        break;
      case "forget":
        this.ctx.waitUntil(this.#turns.take(() => this.#forget()));
        break;
    }
  }

  #send(task: Task | undefined): void {
    if (task) this.#channels.get(this.#state.channel ?? 0)?.send("task", task);
  }

  async #writeRows(): Promise<void> {
    const { presence, llms } = this.#state;
    if (presence === "gone") return;
    try {
      await this.#tell(await setPresence(this.#deps.store, this.#id, presence, llms, new Date()));
      this.#on({ is: "rowsWritten" });
    } catch (error) {
      console.error(`publisher ${this.#id}: its state was not written and will be again:`, error);
      this.#on({ is: "rowsFailed" });
    }
  }

  /** What the store does not take now, the sweep deletes. */
  async #forget(): Promise<void> {
    if (this.#state.presence !== "gone") return;
    this.#credential = undefined;
    this.#keptText = "";
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    await this.#tell(await deleteInactive(this.#deps.store, new Date(), this.#id));
  }

  async #tell(changes: readonly Change[]): Promise<void> {
    for (const change of changes) await this.#deps.changes.emit(change);
  }

  #keep(): void {
    if (!this.#credential || this.#state.presence === "gone") return;
    const kept: Kept = { id: this.#id, credential: this.#credential, state: machine.keep(this.#state) };
    const text = JSON.stringify(kept);
    if (text !== this.#keptText) this.ctx.storage.kv.put("session", kept);
    this.#keptText = text;
    this.ctx.waitUntil(this.#alarm.next(machine.nextDue(this.#state).kept));
  }

  #wakeFor(at: number | undefined): void {
    if (at === this.#timer?.at) return;
    clearTimeout(this.#timer?.handle);
    this.#timer =
      at === undefined
        ? undefined
        : {
            at,
            handle: setTimeout(() => {
              this.#timer = undefined;
              this.#on({ is: "tick" });
            }, at - Date.now()),
          };
  }
}
