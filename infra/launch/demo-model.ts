/** A model server that needs no model: what `npm start` publishes where it finds none. Speaks OpenAI's chat completions. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { listen } from "#db/local/listen";
import { answerTo, chunks, completion, completionRequest, DEMO_MODEL, failure } from "./demo-answer.ts";
import { announceReady } from "./ready.ts";

const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Between two words of a stream: fast, and still seen to flow. */
const WORD_MS = 25;

export interface DemoModel {
  url: string;
  port: number;
  close(): Promise<void>;
}

export async function startDemoModel(port = 0, wordMs = WORD_MS): Promise<DemoModel> {
  const server: Server = createServer((request, response) => {
    respond(request, response, wordMs).catch(() => response.destroy());
  });
  const listening = await listen(server, port);
  return {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, wordMs: number): Promise<void> {
  const path = new URL(request.url ?? "/", "http://demo").pathname;
  const model = { id: DEMO_MODEL, object: "model", created: 0, owned_by: "mcpctl" };
  if (request.method === "GET" && path === "/health") return send(response, 200, { status: "ok" });
  if (request.method === "GET" && path === "/v1/models") return send(response, 200, { object: "list", data: [model] });
  if (request.method === "GET" && path === `/v1/models/${DEMO_MODEL}`) return send(response, 200, model);
  if (request.method !== "POST" || path !== "/v1/chat/completions")
    return send(response, 404, failure(`There is no ${request.method} ${path} here.`));

  const text = await readBody(request);
  if (text === undefined) return send(response, 413, failure(`The body is longer than ${MAX_BODY_BYTES} bytes.`));
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return send(response, 400, failure("The body is not JSON."));
  }
  const parsed = completionRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return send(response, 400, failure(`${issue?.path.join(".") || "body"}: ${issue?.message}`));
  }
  if (parsed.data.model !== DEMO_MODEL)
    return send(
      response,
      404,
      failure(`There is no model ${parsed.data.model}; the only one is ${DEMO_MODEL}.`, "model_not_found"),
    );

  const answer = answerTo(parsed.data);
  const identity = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000) };
  if (!parsed.data.stream) return send(response, 200, completion(identity, answer));
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const chunk of chunks(identity, answer, parsed.data.stream_options?.include_usage === true)) {
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    // Rejects when the client hangs up, which ends the answer.
    await wait(wordMs, undefined, { signal: gone.signal });
  }
  response.end("data: [DONE]\n\n");
}

function send(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MAX_BODY_BYTES) parts.push(part);
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(parts).toString("utf8") : undefined;
}

if (import.meta.main) {
  const demo = await startDemoModel(Number(process.argv[2] ?? 0));
  announceReady({ port: demo.port });
  process.on("SIGTERM", () => void demo.close());
}
