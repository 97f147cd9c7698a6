/** A publisher made of bare requests, so that a test can say what no well-behaved one would. */
import { createParser } from "eventsource-parser";
import {
  type HeartbeatRequest,
  hello,
  type RegisterResponse,
  registerResponse,
  SECRET_HEADER,
  SESSION_HEADER,
  type Task,
  task,
} from "#db/protocol/publisher";
import type { Api } from "../harness/api-client.ts";
import { until } from "../harness/until.ts";

export interface RawChannel {
  status: number;
  tasks: Task[];
  comments: string[];
  events: { event: string; data: string }[];
  /** The edge ended it, or it broke. */
  ended: boolean;
  /** Hangs up politely, as an operating system does for a process that was killed. */
  close(): void;
  /** Waits for the next task of a kind that no call has returned yet. */
  next<K extends Task["kind"]>(kind: K): Promise<Extract<Task, { kind: K }>>;
}

export interface RawPublisher {
  id: string;
  registered: RegisterResponse;
  headers: Record<string, string>;
  open(): Promise<RawChannel>;
  heartbeat(beat?: HeartbeatRequest): Promise<{ status: number; body: unknown }>;
  result(
    taskId: string,
    body: string | ReadableStream<Uint8Array>,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: { code?: string; accepted?: boolean } }>;
}

export interface Publishing {
  names: readonly string[];
  /** Of all together. */
  slots?: number;
  /** Of single ones; then there is no total unless `slots` gives one. */
  slotsOf?: Readonly<Record<string, number>>;
  session?: { id: string; secret?: string };
}

export const registration = ({ names, slots, slotsOf, session }: Publishing) => ({
  protocol: 1,
  llms: names.map((name) => ({
    name,
    model: `model-of-${name}`,
    ...(slotsOf?.[name] === undefined ? {} : { slots: slotsOf[name] }),
  })),
  ...(slotsOf && slots === undefined ? {} : { capacity: { slots: slots ?? 1 } }),
  host: { hostname: "testbox", platform: "test" },
  ...(session ? { providerSessionId: session.id } : {}),
  ...(session?.secret ? { sessionSecret: session.secret } : {}),
});

/** @throws Error with the answer where it is not 200. */
export async function publish(api: Api, publishing: Publishing): Promise<RawPublisher> {
  const answer = await api.call("POST", "/api/v1/llms/_provider-register", registration(publishing));
  if (answer.status !== 200) throw new Error(`register answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return rawPublisher(api.url, registerResponse.parse(answer.body));
}

export function rawPublisher(url: string, registered: RegisterResponse): RawPublisher {
  const headers = {
    [SESSION_HEADER]: registered.providerSessionId,
    [SECRET_HEADER]: registered.sessionSecret,
  };
  const post = async (path: string, body: string | ReadableStream<Uint8Array>, type: Record<string, string>) => {
    const answer = await fetch(`${url}/api/v1/llms/${path}`, {
      method: "POST",
      headers: { ...headers, ...type },
      body,
      duplex: "half",
    });
    return { status: answer.status, body: (await answer.json()) as { code?: string; accepted?: boolean } };
  };
  return {
    id: registered.providerSessionId,
    registered,
    headers,
    open: () => openChannel(url, headers),
    heartbeat: (beat = {}) => post("_provider-heartbeat", JSON.stringify(beat), { "content-type": "application/json" }),
    result: (taskId, body, type = { "content-type": "application/json" }) =>
      post(`_provider-task/${taskId}/result`, body, type),
  };
}

async function openChannel(url: string, headers: Record<string, string>): Promise<RawChannel> {
  const controller = new AbortController();
  const response = await fetch(`${url}/api/v1/llms/_provider-stream`, { headers, signal: controller.signal });
  const channel: RawChannel = {
    status: response.status,
    tasks: [],
    comments: [],
    events: [],
    ended: false,
    close: () => controller.abort(),
    async next(kind) {
      const found = () => channel.tasks.find((t): t is Extract<Task, { kind: typeof kind }> => t.kind === kind);
      await until(`a ${kind} comes`, () => found() !== undefined || channel.ended);
      const first = found();
      if (!first) throw new Error(`the channel ended before a ${kind} came`);
      channel.tasks.splice(channel.tasks.indexOf(first), 1);
      return first;
    },
  };
  if (response.status !== 200) {
    await response.body?.cancel();
    return channel;
  }
  const parser = createParser({
    onComment: (comment) => channel.comments.push(comment),
    onEvent: ({ event = "message", data }) => {
      channel.events.push({ event, data });
      if (event === "task") channel.tasks.push(task.parse(JSON.parse(data)));
    },
  });
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) parser.feed(decoder.decode(bytes, { stream: true }));
  };
  read()
    .catch(() => {})
    .finally(() => {
      channel.ended = true;
    });
  await until("hello comes first", () => channel.events.length > 0);
  const [first] = channel.events;
  if (first?.event !== "hello") throw new Error(`the first event was ${first?.event}`);
  hello.parse(JSON.parse(first.data));
  return channel;
}
