/** Client for the publisher protocol: four requests, and their errors. */
import type { z } from "zod";
import { readProblem, retryAfterOf } from "#db/client/refusal";
import {
  type HeartbeatRequest,
  type HeartbeatResponse,
  heartbeatResponse,
  RESULT_STATUS_HEADER,
  type RegisterRequest,
  type RegisterResponse,
  registerResponse,
  SECRET_HEADER,
  SESSION_HEADER,
} from "#db/protocol/publisher";

/** The edge refused a request. */
export class EdgeRefusal extends Error {
  readonly status: number;
  /** Error code; undefined if another server answered. */
  readonly problem: string | undefined;
  /** Milliseconds to wait before the next request. */
  readonly retryAfter: number | undefined;
  constructor(status: number, problem: string | undefined, message: string, retryAfter: number | undefined) {
    super(message);
    this.name = "EdgeRefusal";
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

export interface Session {
  providerSessionId: string;
  sessionSecret: string;
}

export type ResultBody =
  | {
      is: "stream";
      status: number;
      contentType: string;
      retryAfter: string | null;
      body: ReadableStream<Uint8Array> | null;
    }
  | { is: "error"; message: string; status: number };

const CALL_MS = 15_000;

export class Edge {
  readonly url: string;
  readonly #agent: string;

  constructor(url: string, version: string) {
    this.url = url;
    this.#agent = `mcplocal/${version}`;
  }

  /** @throws EdgeRefusal, or an error of `fetch` if the edge is unreachable. */
  async register(bearer: string, request: RegisterRequest): Promise<RegisterResponse> {
    const answer = await this.#post("_provider-register", request, { authorization: `Bearer ${bearer}` });
    return parseAnswer(registerResponse, answer);
  }

  async heartbeat(session: Session, beat: HeartbeatRequest): Promise<HeartbeatResponse> {
    const answer = await this.#post("_provider-heartbeat", beat, credentials(session));
    return parseAnswer(heartbeatResponse, answer);
  }

  /** Opens the channel. @throws EdgeRefusal */
  async stream(session: Session, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const answer = await fetch(`${this.url}/api/v1/llms/_provider-stream`, {
      headers: { ...credentials(session), accept: "text/event-stream", "user-agent": this.#agent },
      redirect: "manual",
      signal,
    });
    if (answer.ok && answer.body) return answer.body;
    throw await refusalOf(answer);
  }

  /** Resolves when the caller has the last byte. @throws EdgeRefusal if nobody waits for the result any more. */
  async result(session: Session, taskId: string, result: ResultBody, signal: AbortSignal): Promise<void> {
    const error = result.is === "error";
    const headers: Record<string, string> = error
      ? { "content-type": "application/json" }
      : { "content-type": result.contentType, [RESULT_STATUS_HEADER]: String(result.status) };
    if (!error && result.retryAfter !== null) headers["retry-after"] = result.retryAfter;
    const answer = await fetch(`${this.url}/api/v1/llms/_provider-task/${taskId}/result`, {
      method: "POST",
      headers: { ...credentials(session), ...headers, "user-agent": this.#agent },
      body: error ? JSON.stringify({ error: { message: result.message, status: result.status } }) : result.body,
      redirect: "manual",
      duplex: "half",
      signal,
    });
    if (!answer.ok) throw await refusalOf(answer);
    await answer.body?.cancel();
  }

  async #post(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    const answer = await fetch(`${this.url}/api/v1/llms/${path}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", "user-agent": this.#agent },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(CALL_MS),
    });
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  }
}

const credentials = (s: Session) => ({ [SESSION_HEADER]: s.providerSessionId, [SECRET_HEADER]: s.sessionSecret });

/** @throws EdgeRefusal if the answer is not an edge's: it may come from another program, or a network's sign-in page. */
async function parseAnswer<S extends z.ZodType>(schema: S, answer: Response): Promise<z.output<S>> {
  const result = schema.safeParse(await answer.json().catch(() => undefined));
  if (result.success) return result.data;
  throw new EdgeRefusal(answer.status, undefined, `it answered ${answer.status}, but not as an edge does`, undefined);
}

async function refusalOf(answer: Response): Promise<EdgeRefusal> {
  const { message, hint, code } = readProblem(await answer.text().catch(() => ""));
  const after = retryAfterOf(answer.headers);
  const words = [message, hint].filter((w) => w !== undefined).join(" ");
  return new EdgeRefusal(
    answer.status,
    code,
    words || `it answered ${answer.status}`,
    after === undefined ? undefined : after * 1000,
  );
}
