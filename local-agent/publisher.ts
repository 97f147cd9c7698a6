/** Keeps models published: registers, keeps the channel open, answers tasks, reconnects, and signs off. */
import { setTimeout as sleep } from "node:timers/promises";
import { backoff } from "#db/client/backoff";
import { reasonOf } from "#db/client/reason";
import { type Closed, publisherTimes, type RegisterRequest, type Task } from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import { readChannel } from "./channel.ts";
import type { Bearer } from "./contexts.ts";
import { type Edge, EdgeRefusal, type Session } from "./edge.ts";
import { Failure } from "./failure.ts";
import type { Log } from "./log.ts";
import type { PublishedModel } from "./settings.ts";
import { Tasks } from "./tasks.ts";
import { finalReason } from "./verdict.ts";

export interface PublisherOptions {
  edge: Edge;
  bearer: Bearer;
  models: readonly PublishedModel[];
  /** Maximum for all models together, if less than the sum of their slots. */
  totalSlots?: number;
  host: { hostname: string; platform: string };
  log: Log;
  /** The session of an earlier run. */
  known: Session | undefined;
  keep(session: Session): Promise<void>;
}

/** Milliseconds for running answers to finish after SIGTERM. */
const DRAIN_MS = 30_000;
const GOODBYE_MS = 3_000;
/** Publishing depends on the login, which ends if it is not renewed for a month. */
const RENEW_MS = 24 * 3_600_000;

export class Publisher {
  readonly #o: PublisherOptions;
  readonly #tasks: Tasks;
  #session: Session | undefined;
  /** Whether this process registered `#session`. A session of an earlier run is registered again, because models may have changed. */
  #registered = false;
  #everRegistered = false;
  /** Names that were deleted at the edge. They are not published again until the program restarts. */
  readonly #withdrawn = new Set<string>();
  #renewedAt = Date.now();
  /** Aborts the channel, or the wait before the next one. */
  readonly #stop = new AbortController();
  #leaving: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#o = options;
    this.#session = options.known;
    this.#tasks = new Tasks(options.edge, options.models, options.log);
  }

  /** Runs until `leave` has ended. @throws Failure for a permanent error. */
  async run(): Promise<void> {
    for (let attempt = 0; !this.#leaving; attempt++) {
      let wait: number | undefined;
      try {
        const closed = await this.#connect(() => {
          attempt = 0;
        });
        this.#afterClose(closed);
      } catch (error) {
        if (this.#leaving) break;
        wait = this.#afterFailure(error, attempt);
      }
      if (this.#leaving) break;
      // The edge has already failed the tasks of the old channel.
      this.#tasks.cancelAll();
      const pause = wait ?? backoff(attempt, Math.random());
      await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
    await this.#leaving;
  }

  /** Accepts no new tasks, finishes the running ones, and signs off. @param ms time for the running ones */
  leave(ms = DRAIN_MS): Promise<void> {
    this.#leaving ??= this.#drain(ms);
    return this.#leaving;
  }

  async #connect(onOpen: () => void): Promise<Closed | undefined> {
    const { edge, log } = this.#o;
    const session = this.#registered && this.#session ? this.#session : await this.#register();
    const end = new AbortController();
    const body = await edge.stream(session, AbortSignal.any([this.#stop.signal, end.signal])).catch((error) => {
      if (!(error instanceof EdgeRefusal) || error.status >= 500) throw error;
      this.#registered = false;
      throw new Error(`the edge does not accept the session any more: ${error.message}`);
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
          const names = this.#published().map((m) => m.name);
          const what = names.length > 0 ? `${names.join(", ")} can be called` : "nothing is published";
          log("info", "connected", `Connected to ${edge.url}: ${what}.`);
        },
        task: (task) => this.#take(task, session),
        withdrawn: (llms) => this.#withdraw(llms),
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
    const { edge, bearer, totalSlots, host, log, keep } = this.#o;
    const models = this.#published();
    const request: RegisterRequest = {
      protocol: PROTOCOL_VERSION,
      llms: models.map(({ url: _url, base: _base, ...llm }) => llm as RegisterRequest["llms"][number]),
      agents: [],
      // An older edge, which knows no slots per model, shares the total among the models.
      capacity: {
        slots:
          totalSlots ??
          Math.max(
            1,
            models.reduce((sum, m) => sum + m.slots, 0),
          ),
      },
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
    const text =
      models.map((m) => `Published ${m.model} as ${m.name} (from ${m.url}).`).join("\n") || "No model is published.";
    log("info", "published", text, { session: providerSessionId, llms: llms.map((l) => l.name) });
    return this.#session;
  }

  #published(): PublishedModel[] {
    return this.#o.models.filter((m) => !this.#withdrawn.has(m.name));
  }

  #withdraw(llms: readonly string[]): void {
    const { edge, log } = this.#o;
    for (const { name } of this.#published().filter((m) => llms.includes(m.name))) {
      this.#withdrawn.add(name);
      const next = "restart mcplocal to publish it again, or remove it from the configuration";
      log(
        "warn",
        "withdrawn",
        `The LLM ${name} was deleted at ${edge.url}, so it is not published any more: ${next}.`,
        {
          llm: name,
        },
      );
    }
  }

  #take(task: Task, session: Session): void {
    if (task.kind === "infer") void this.#tasks.run(task, session);
    else if (task.kind === "cancel") this.#tasks.cancel(task.taskId);
    else if (task.kind === "drain") void this.leave();
  }

  /** Sends heartbeats while the channel is open. If the edge does not see the channel, it is opened again. */
  async #beat(session: Session, signal: AbortSignal, reopen: (why: string) => void): Promise<void> {
    while (!signal.aborted) {
      await sleep(publisherTimes.heartbeat, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const slotsUsed = this.#tasks.inFlight;
      try {
        const { channel, withdrawn } = await this.#o.edge.heartbeat(session, {
          slotsUsed,
          draining: this.#tasks.draining,
        });
        if (withdrawn) this.#withdraw(withdrawn);
        await this.#keepLogin();
        if (!channel) reopen("the edge does not see the channel any more");
      } catch (error) {
        if (error instanceof EdgeRefusal && error.status < 500) {
          this.#registered = false;
          reopen(`the edge does not accept the session any more: ${error.message}`);
        } else this.#o.log("warn", "heartbeat_failed", `A heartbeat did not reach the edge: ${reasonOf(error)}.`);
      }
    }
  }

  async #keepLogin(): Promise<void> {
    if (Date.now() - this.#renewedAt < RENEW_MS) return;
    this.#renewedAt = Date.now();
    await this.#o.bearer().catch((error: unknown) => {
      this.#o.log("warn", "login_not_renewed", `The login could not be renewed: ${reasonOf(error)}.`);
    });
  }

  #afterClose(closed: Closed | undefined): void {
    if (this.#leaving) return;
    const { because, message } = closed ?? {};
    if (because === "replaced")
      throw new Failure(
        1,
        "Another mcplocal took over this session: it publishes the same names with the same home directory. Stop one of them.",
      );
    if (because === "revoked") {
      // The user may have logged in again meanwhile. If not, the next registration fails with an instruction, and the program ends.
      this.#registered = false;
      this.#o.log("error", "revoked", `${this.#o.edge.url} ended the session. ${message ?? ""}`.trim());
      return;
    }
    if (because === "gone") this.#registered = false;
    this.#o.log(
      "warn",
      "disconnected",
      `The edge closed the channel${because ? ` (${message ?? because})` : ""}; reconnecting.`,
    );
  }

  /** @returns milliseconds to wait, if the edge sent them. @throws Failure for a permanent error. */
  #afterFailure(error: unknown, attempt: number): number | undefined {
    const final = finalReason(error, this.#o.edge.url, !this.#everRegistered);
    if (final) throw final;
    const { log, edge } = this.#o;
    // Don't log every attempt of a long outage.
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
