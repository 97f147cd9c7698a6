/**
 * A provider that speaks OpenAI over real HTTP and does what a test tells it: it answers whole or in chunks of any cut, hangs,
 * breaks off, refuses, and remembers what it was sent and who hung up.
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The exact bytes. */
  body: Buffer;
  /** Resolves with when the caller hung up before the answer was complete, milliseconds since the epoch. */
  hungUp: Promise<number>;
}

export type Behaviour = (received: Received, answer: ServerResponse) => Promise<void> | void;

export interface FakeProvider {
  /** Base URL. */
  url: string;
  received: Received[];
  /** How requests are answered from now on. */
  does(behaviour: Behaviour): void;
  close(): Promise<void>;
}

export async function startFakeProvider(first: Behaviour = chat("Hello.")): Promise<FakeProvider> {
  let behaviour = first;
  const received: Received[] = [];
  const server = createServer(async (request, answer) => {
    const one = await receive(request, answer);
    received.push(one);
    await behaviour(one, answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    does(next) {
      behaviour = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function receive(request: IncomingMessage, answer: ServerResponse): Promise<Received> {
  const hungUp = new Promise<number>((resolve) => {
    answer.on("close", () => {
      if (!answer.writableFinished) resolve(Date.now());
    });
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    body: Buffer.concat(chunks),
    hungUp,
  };
}

/** A chat completion with usage, not streamed. */
export function chat(content: string): Behaviour {
  return json(200, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "upstream-model",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: {
      prompt_tokens: 9,
      completion_tokens: 12,
      total_tokens: 21,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  });
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  return raw(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

export function raw(status: number, body: string | Buffer, headers: Record<string, string>): Behaviour {
  return (_, answer) => {
    answer.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
    answer.end(body);
  };
}

/** One event of a chat stream. */
export function delta(content: string, finish: string | null = null): string {
  return `data: ${JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "upstream-model",
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })}\n\n`;
}

export const usageEvent =
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\n';
export const done = "data: [DONE]\n\n";

/** Each piece is a write of its own; `between` is awaited before each but the first, by its index. */
export function stream(pieces: readonly (string | Buffer)[], between?: (index: number) => Promise<unknown>): Behaviour {
  return async (_, answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && between) await between(index);
      if (answer.destroyed) return;
      answer.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    answer.end();
  };
}

/** The same without an end: the socket is cut after the last piece. */
export function cutAfter(pieces: readonly (string | Buffer)[]): Behaviour {
  return async (_, answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) await new Promise((resolve) => answer.write(piece, resolve));
    answer.destroy();
  };
}

/** Says nothing at all until the caller hangs up. */
export const silence: Behaviour = () => {};

/** Begins, then says nothing more. */
export function stall(pieces: readonly string[]): Behaviour {
  return async (_, answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) await new Promise((resolve) => answer.write(piece, resolve));
  };
}
