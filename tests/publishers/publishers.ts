/** A real edge for the publishers' tests, and what they ask of it. */
import { RESULT_STATUS_HEADER } from "#db/protocol/publisher";
import { registration } from "../fakes/raw-publisher.ts";
import { type Api, type ApiAnswer, apiOf } from "../harness/api-client.ts";
import { type EdgeOptions, startEdge, type TestEdge } from "../harness/edge.ts";
import { rows } from "../harness/rows.ts";
import { until } from "../harness/until.ts";

export interface LlmRow {
  id: string;
  spec: Record<string, unknown>;
  status: { state: string; publisher: string; lifecycle: string };
  revision: string;
}

export interface Publishers {
  edge: TestEdge;
  admin: Api;
  chat(model: string, more?: Record<string, unknown>): Promise<ApiAnswer>;
  /** A streaming call, to be read as it comes. */
  stream(model: string, signal?: AbortSignal): Promise<Response>;
  register(names: readonly string[], session?: { id: string; secret?: string }): Promise<ApiAnswer>;
  rowOf(name: string): Promise<LlmRow>;
  everyRow(): Promise<Record<string, unknown>[]>;
  becomes(name: string, state: string): Promise<unknown>;
}

/** Waits are short, so that tests need not be long. */
export async function startPublishers(options: EdgeOptions = {}): Promise<Publishers> {
  const edge = await startEdge({
    env: { PUBLISHER_TIMES: JSON.stringify({ channel: 2_000, queue: 3_000 }) },
    ...options,
  });
  const admin = apiOf(edge.url, (await edge.bootstrap()).token);
  const messages = [{ role: "user", content: "hi" }];
  const rowOf = async (name: string) => {
    const [row] = await rows(edge.databaseUrl, `select id, spec, status, revision from llm where name = '${name}'`);
    return row as unknown as LlmRow;
  };
  return {
    edge,
    admin,
    chat: (model, more = {}) => admin.call("POST", "/v1/chat/completions", { model, messages, ...more }),
    stream: (model, signal) =>
      fetch(`${edge.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${admin.token}`, "content-type": "application/json" },
        body: JSON.stringify({ model, stream: true, messages }),
        ...(signal ? { signal } : {}),
      }),
    register: (names, session) =>
      admin.call("POST", "/api/v1/llms/_provider-register", registration({ names, ...(session ? { session } : {}) })),
    rowOf,
    everyRow: () => rows(edge.databaseUrl, "select * from llm order by name"),
    becomes: (name, state) => until(`${name} is ${state}`, async () => (await rowOf(name)).status.state === state),
  };
}

export const completion = { id: "x", object: "chat.completion", created: 1, model: "m", choices: [] };
export const answered = (body: unknown) => JSON.stringify({ status: 200, body });

/** Headers of a result that is a stream of events. */
export const eventStream = { "content-type": "text/event-stream", [RESULT_STATUS_HEADER]: "200" };

/** One event of a streaming answer. */
export const piece = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

/** A body that is written while it is sent. */
export function writable() {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(c) {
      control = c;
    },
  });
  return {
    body,
    write: (text: string) => control?.enqueue(new TextEncoder().encode(text)),
    close: () => control?.close(),
    break: () => control?.error(new Error("broken off")),
  };
}
