/** Runs tasks: forwards requests to the model server, and streams answers back. */

import { reasonOf } from "#db/client/reason";
import type { InferTask } from "#db/protocol/publisher";
import { admit, type Published } from "./admission.ts";
import { type Edge, EdgeRefusal, type ResultBody, type Session } from "./edge.ts";
import type { Log } from "./log.ts";
import { oneUse } from "./model-server.ts";

/** Headers that a model server may see. The edge filters them too, but this machine does not rely on it. */
const forwardedHeaders = /^(accept|traceparent|tracestate|openai-beta|anthropic-(version|beta))$/;

export class Tasks {
  readonly #edge: Edge;
  readonly #published: readonly Published[];
  readonly #log: Log;
  readonly #running = new Map<string, AbortController>();
  readonly #ended = new Set<() => void>();
  draining = false;

  constructor(edge: Edge, published: readonly Published[], log: Log) {
    this.#edge = edge;
    this.#published = published;
    this.#log = log;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  /** Never rejects: it reports errors to the edge or to the log. */
  async run(task: InferTask, session: Session): Promise<void> {
    const { taskId } = task;
    const controller = new AbortController();
    this.#running.set(taskId, controller);
    const { signal } = controller;
    try {
      const result = await this.#answer(task, signal);
      await this.#edge.result(session, taskId, result, signal);
    } catch (error) {
      if (signal.aborted) return;
      // Nobody waits for the result, so the error is not worth a log line.
      const gone =
        error instanceof EdgeRefusal && (error.status === 409 || error.status === 404 || error.status === 499);
      if (!gone)
        this.#log(
          "warn",
          "result_failed",
          `An answer of ${task.llm} was interrupted between the model server and the edge: ${reasonOf(error)}.`,
          { taskId },
        );
    } finally {
      controller.abort();
      this.#running.delete(taskId);
      if (this.#running.size === 0) for (const tell of this.#ended) tell();
    }
  }

  cancel(taskId: string): void {
    this.#running.get(taskId)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  /** Waits for running tasks. @returns whether all finished in time */
  async finished(ms: number): Promise<boolean> {
    if (this.#running.size === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#ended.add(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  async #answer(task: InferTask, signal: AbortSignal): Promise<ResultBody> {
    const admission = admit(task, this.#published, this.draining);
    if (admission.is === "refused") {
      this.#log("warn", "task_refused", admission.message, { taskId: task.taskId, llm: task.llm });
      return { is: "error", message: admission.message, status: admission.status };
    }
    const headers = Object.fromEntries(Object.entries(task.headers).filter(([name]) => forwardedHeaders.test(name)));
    try {
      const response = await fetch(admission.url, {
        method: "POST",
        // The body was checked as JSON, so it is sent as JSON. A compressed answer would arrive in blocks instead of tokens.
        headers: { ...headers, "content-type": "application/json", "accept-encoding": "identity", ...oneUse },
        body: task.body,
        redirect: "manual",
        signal,
      });
      return {
        is: "stream",
        status: response.status >= 200 ? response.status : 502,
        contentType: response.headers.get("content-type") ?? "application/octet-stream",
        retryAfter: response.headers.get("retry-after"),
        body: response.body,
      };
    } catch (error) {
      if (signal.aborted) throw error;
      const message = `The model server of ${task.llm} can't be reached: ${reasonOf(error)}.`;
      this.#log("warn", "model_server_unreachable", message, { taskId: task.taskId, llm: task.llm });
      return { is: "error", message, status: 502 };
    }
  }
}
