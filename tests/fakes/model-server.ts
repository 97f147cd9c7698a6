/**
 * A model server that speaks OpenAI and does what the last message tells it, so that a test can ask for trouble through
 * anything that stands in front: `hang`, `cut`, `trickle`, `status 429`; whatever else is answered. It keeps what it was
 * asked. As a program it prints {"url"} and serves until its stdin ends.
 */
import http from "node:http";
import { z } from "zod";

export interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** The caller went away before the answer had ended. */
  aborted: boolean;
  ended: boolean;
}

export interface ModelServer {
  url: string;
  seen: Seen[];
  /** Closes at once, whatever is open. */
  stop(): Promise<void>;
}

const asked = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).optional(),
  messages: z.array(z.looseObject({ content: z.unknown() })).min(1),
});

const words = ["Hello", ", ", "world", "!"];
const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const TRICKLE_MS = 20;

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (model: string, content: string, finish: string | null = null) =>
  event({
    id: "chatcmpl-fake",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model,
    choices: [{ index: 0, delta: content ? { content } : {}, finish_reason: finish }],
  });

/** The bytes of a whole stream, as it leaves this server. */
export function streamOf(model: string, includeUsage: boolean): string {
  const tail = includeUsage
    ? event({ id: "chatcmpl-fake", object: "chat.completion.chunk", created: 1_790_000_000, model, choices: [], usage })
    : "";
  return `${words.map((w) => chunk(model, w)).join("")}${chunk(model, "", "stop")}${tail}data: [DONE]\n\n`;
}

function answer(res: http.ServerResponse, seen: Seen): void {
  const parsed = asked.safeParse(json(seen.body));
  if (!parsed.success) {
    reply(res, 400, { error: { message: "the body is not what OpenAI describes", type: "invalid_request_error" } });
    return;
  }
  const { model, stream, stream_options: options, messages } = parsed.data;
  const order = String(messages.at(-1)?.content ?? "");
  if (order === "hang") return;
  const status = /^status (\d{3})$/.exec(order)?.[1];
  if (status) {
    res.setHeader("retry-after", "7");
    reply(res, Number(status), { error: { message: `the provider says ${status}`, type: "provider_says" } });
    return;
  }
  if (!stream) {
    const message = { role: "assistant", content: words.join("") };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    reply(res, 200, { id: "chatcmpl-fake", object: "chat.completion", created: 1_790_000_000, model, choices, usage });
    return;
  }
  res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  if (order === "cut") {
    res.write(chunk(model, "Hello"));
    // In a turn of its own: what was written is on its way when the connection goes.
    setTimeout(() => res.destroy(), TRICKLE_MS);
  } else if (order === "trickle") {
    const beat = setInterval(() => res.write(chunk(model, "drop ")), TRICKLE_MS);
    res.on("close", () => clearInterval(beat));
  } else res.end(streamOf(model, options?.include_usage === true));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reply(res: http.ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** @param options.apiKey refuses whoever does not bring it as a bearer, as providers do. */
export async function startModelServer(options: { apiKey?: string; port?: number } = {}): Promise<ModelServer> {
  const seen: Seen[] = [];
  const server = http.createServer((req, res) => {
    const parts: Buffer[] = [];
    const record: Seen = {
      method: req.method ?? "",
      path: req.url ?? "",
      headers: req.headers,
      body: "",
      aborted: false,
      ended: false,
    };
    res.on("close", () => {
      record.ended = true;
      record.aborted = !res.writableFinished;
    });
    req.on("data", (part: Buffer) => parts.push(part));
    req.on("end", () => {
      record.body = Buffer.concat(parts).toString();
      seen.push(record);
      if (options.apiKey && req.headers.authorization !== `Bearer ${options.apiKey}`)
        reply(res, 401, { error: { message: "Incorrect API key provided", type: "invalid_request_error" } });
      else if (req.method === "GET") reply(res, 200, { object: "list", data: [] });
      else answer(res, record);
    });
  });
  await new Promise<void>((up) => server.listen(options.port ?? 0, "127.0.0.1", up));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

if (import.meta.main) {
  const [port] = process.argv.slice(2);
  const server = await startModelServer(port === undefined ? {} : { port: Number(port) });
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
  process.stdin.resume().on("end", () => process.exit(0));
}
