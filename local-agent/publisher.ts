/** Keeping models published: register, hold the channel open, answer tasks, come back after every break, leave in order. */
import { setTimeout as sleep } from "node:timers/promises";
import { type CloseReason, publisherTimes, type RegisterRequest, type Task } from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import type { Published } from "./admission.ts";
import { backoff } from "./backoff.ts";
import { readChannel } from "./channel.ts";
import type { Bearer } from "./contexts.ts";
import { type Edge, EdgeRefusal, type Session } from "./edge.ts";
import { Failure, reasonOf } from "./failure.ts";
import type { Log } from "./log.ts";
import { Tasks } from "./tasks.ts";
import { finalReason } from "./verdict.ts";

export interface PublisherOptions {
  edge: Edge;
  bearer: Bearer;
  models: readonly Published[];
  slots: number;
  host: { hostname: string; platform: string };
  log: Log;
  /** The session of an earlier run. */
  known: Session | undefined;
  keep(session: Session): Promise<void>;
}

/** In-flight answers have this long to finish after SIGTERM, milliseconds. */
const DRAIN_MS = 30_000;
const GOODBYE_MS = 3_000;

export class Publisher {
  readonly #o: PublisherOptions;
  readonly #tasks: Tasks;
  #session: Session | undefined;
  /** Whether `#session` was given to this process; one of an earlier run is registered anew, as models may have changed. */
  #registered = false;
  #everRegistered = false;
  /** Ends the channel, or the wait before the next one, for good. */
  readonly #stop = new AbortController();
  #leaving: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#o = options;
    this.#session = options.known;
    this.#tasks = new Tasks(options.edge, options.models, options.log);
  }

  /** Until `leave` was called and has ended. @throws Failure for what trying again can't mend. */
  async run(): Promise<void> {
    for (let attempt = 0; !this.#leaving; attempt++) {
      let wait: number | undefined;
      try {
        const because = await this.#connect(() => {
          attempt = 0;
        });
        this.#afterClose(because);
      } catch (error) {
        if (this.#leaving) break;
        wait = this.#afterFailure(error, attempt);
      }
      if (this.#leaving) break;
      // What was asked on the old channel, the edge has answered for by now.
      this.#tasks.cancelAll();
      const pause = wait ?? backoff(attempt, Math.random());
      await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
    await this.#leaving;
  }

  /** Takes nothing new, finishes what is in flight, says good-bye. @param ms for what is in flight */
  leave(ms = DRAIN_MS): Promise<void> {
    this.#leaving ??= this.#drain(ms);
    return this.#leaving;
  }

  async #connect(onOpen: () => void): Promise<CloseReason | undefined> {
    const { edge, log, models } = this.#o;
    const session = this.#registered && this.#session ? this.#session : await this.#register();
    const end = new AbortController();
    const body = await edge.stream(session, AbortSignal.any([this.#stop.signal, end.signal])).catch((error) => {
      if (!(error instanceof EdgeRefusal) || error.status >= 500) throw error;
      this.#registered = false;
      throw new Error("the edge does not know the session any more");
    });
    let reopen: string | undefined;
    const beats = this.#beat(session, end.signal, (why) => {
      reopen = why;
      end.abort();
    });
    try {
      return await readChannel(body, {
        hello: () => {
          onOpen();
          log("info", "connected", `Connected to ${edge.url}: ${models.map((m) => m.name).join(", ")} can be called.`);
        },
        task: (task) => this.#take(task, session),
        unknown: (event) =>
          log("warn", "unknown_frame", `The edge sent a frame "${event}" that this version does not know.`),
      });
    } catch (error) {
      throw reopen === undefined ? error : new Error(reopen);
    } finally {
      end.abort();
      await beats;
    }
  }

  async #register(): Promise<Session> {
    const { edge, bearer, models, slots, host, log, keep } = this.#o;
    const request: RegisterRequest = {
      protocol: PROTOCOL_VERSION,
      llms: models.map(({ url: _url, base: _base, ...llm }) => llm as RegisterRequest["llms"][number]),
      agents: [],
      capacity: { slots },
      host,
      ...(this.#session ?? {}),
    };
    const token = await bearer();
    const registered = await edge.register(token, request).catch(async (error) => {
      const renewed = error instanceof EdgeRefusal && error.status === 401 ? await bearer(token) : token;
      if (renewed === token) throw error;
      return edge.register(renewed, request);
    });
    const { providerSessionId, sessionSecret, llms } = registered;
    this.#session = { providerSessionId, sessionSecret };
    this.#registered = true;
    this.#everRegistered = true;
    await keep(this.#session);
    const text = models.map((m) => `Published ${m.model} as ${m.name} (from ${m.url}).`).join("\n");
    log("info", "published", text, { session: providerSessionId, llms: llms.map((l) => l.name) });
    return this.#session;
  }

  #take(task: Task, session: Session): void {
    if (task.kind === "infer") void this.#tasks.run(task, session);
    else if (task.kind === "cancel") this.#tasks.cancel(task.taskId);
    else if (task.kind === "drain") void this.leave();
  }

  /** Heartbeats for as long as the channel is open; where the edge does not see it, it is opened anew. */
  async #beat(session: Session, signal: AbortSignal, reopen: (why: string) => void): Promise<void> {
    while (!signal.aborted) {
      await sleep(publisherTimes.heartbeat, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const slotsUsed = this.#tasks.inFlight;
      try {
        const { channel } = await this.#o.edge.heartbeat(session, { slotsUsed, draining: this.#tasks.draining });
        if (!channel) reopen("the edge does not see the channel any more");
      } catch (error) {
        if (error instanceof EdgeRefusal && error.status < 500) {
          this.#registered = false;
          reopen("the edge does not know the session any more");
        } else this.#o.log("warn", "heartbeat_failed", `A heartbeat did not reach the edge: ${reasonOf(error)}.`);
      }
    }
  }

  #afterClose(because: CloseReason | undefined): void {
    if (this.#leaving) return;
    if (because === "replaced")
      throw new Failure(
        1,
        "Another mcplocal took over this session: it publishes the same names from this home directory.",
      );
    if (because === "gone") this.#registered = false;
    this.#o.log(
      "warn",
      "disconnected",
      `The edge closed the channel${because ? ` (${because})` : ""}; connecting again.`,
    );
  }

  /** @returns milliseconds to wait, where the edge named them. @throws Failure for what trying again can't mend. */
  #afterFailure(error: unknown, attempt: number): number | undefined {
    const final = finalReason(error, this.#o.edge.url, !this.#everRegistered);
    if (final) throw final;
    const { log, edge } = this.#o;
    // An outage of hours is not told every two seconds.
    if (attempt < 3 || attempt % 20 === 0)
      log("warn", "unreachable", `No connection to ${edge.url}: ${reasonOf(error)}; trying again.`, { attempt });
    return error instanceof EdgeRefusal && error.retryAfter !== undefined
      ? Math.min(error.retryAfter, 30_000)
      : undefined;
  }

  async #drain(ms: number): Promise<void> {
    const { edge, log } = this.#o;
    this.#tasks.draining = true;
    const session = this.#registered ? this.#session : undefined;
    const within = <T>(work: Promise<T>) =>
      Promise.race([work.catch(() => {}), sleep(GOODBYE_MS, undefined, { ref: false })]);
    if (session && ms > 0) await within(edge.heartbeat(session, { draining: true }));
    const n = this.#tasks.inFlight;
    if (n > 0 && ms > 0)
      log("info", "draining", `Finishing ${n} ${n === 1 ? "answer" : "answers"} (at most ${ms / 1000} s).`);
    if (!(await this.#tasks.finished(ms))) {
      log("warn", "cut_off", `${this.#tasks.inFlight} answers did not finish in time.`);
      this.#tasks.cancelAll();
    }
    if (session) await within(edge.heartbeat(session, { leaving: true }));
    this.#stop.abort();
    log("info", "left", `Left ${edge.url}.`);
  }
}
