/**
 * Neon's proxy in front of any PostgreSQL: `POST /sql` for statements and batches, a WebSocket for sessions. So
 * `@neondatabase/serverless` is used unchanged, locally and self-hosted.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import pg from "pg";
import { type WebSocket, WebSocketServer } from "ws";
import { listen } from "./listen.ts";
import { relay } from "./relay.ts";
import { runSql, sqlBody, sqlFailure, statementCount } from "./statements.ts";

/**
 * How long an idle connection of a client is kept, in milliseconds. Node's own 5 s are as long as workerd keeps one that it
 * means to use again: a busy edge would send its statement into a connection that has just been closed here.
 */
const KEEP_ALIVE_MS = 75_000;

export interface NeonBridgeOptions {
  /** The PostgreSQL behind it. A client must show the same user, password and database. */
  databaseUrl: string;
  /** 0 or none: any free one. */
  port?: number | undefined;
  /** Longest request body in bytes. Neon's own limit is 64 MiB. */
  maxBodyBytes?: number;
  /** Connections that HTTP statements share. */
  poolSize?: number;
}

export interface NeonBridge {
  /** `http://127.0.0.1:<port>`: the value of the edge's NEON_PROXY. */
  proxyUrl: string;
  /** Statements since the start, over both protocols. Also `GET <proxyUrl>/stats`. */
  queries(): number;
  close(): Promise<void>;
}

export async function startNeonBridge(options: NeonBridgeOptions): Promise<NeonBridge> {
  const maxBodyBytes = options.maxBodyBytes ?? 64 * 1024 * 1024;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 10_000,
  });
  // An idle connection that breaks is replaced by the next statement; unheard it would end the process.
  pool.on("error", () => {});
  let queries = 0;

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const path = new URL(request.url ?? "/", "http://bridge").pathname;
    if (request.method === "GET" && path === "/stats") return { status: 200, body: { queries } };
    if (request.method !== "POST" || path !== "/sql")
      return { status: 404, body: { message: "There are POST /sql, GET /stats and the WebSockets /v1 and /v2." } };
    if (!sameAccount(options.databaseUrl, String(request.headers["neon-connection-string"])))
      return {
        status: 400,
        body: { message: "The connection string is not the one this bridge was started for.", code: "28P01" },
      };
    const text = await readBounded(request, maxBodyBytes);
    if (text === undefined) return { status: 413, body: { message: `The body is longer than ${maxBodyBytes} bytes.` } };
    const parsed = sqlBody.safeParse(parseJson(text));
    if (!parsed.success)
      return { status: 400, body: { message: "The body is not {query, params} or {queries}.", code: "08P01" } };
    queries += statementCount(parsed.data);
    try {
      return { status: 200, body: await runSql(pool, parsed.data, request.headers) };
    } catch (error) {
      return sqlFailure(error);
    }
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      // The request broke off while its body was read: nobody is left to answer.
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on("clientError", (_error, socket) => socket.destroy());

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxBodyBytes });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (!/^\/v[12](\?|$)/.test(request.url ?? "")) {
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) =>
      relay(client, options.databaseUrl, maxBodyBytes, (count) => {
        queries += count;
      }),
    );
  });

  const port = await listen(server, options.port ?? 0);
  return {
    proxyUrl: `http://127.0.0.1:${port}`,
    queries: () => queries,
    async close() {
      await Promise.all([...sockets.clients].map(sayGoodbye));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await pool.end();
    },
  };
}

/** 1001, going away (RFC 6455, 7.4.1); cut off where the peer does not answer it. */
async function sayGoodbye(client: WebSocket): Promise<void> {
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  client.close(1001, "the store is stopping");
  const impatience = setTimeout(() => client.terminate(), 500);
  await closed;
  clearTimeout(impatience);
}

/** Same user, password and database. The host is how the client got here, and the driver adds parameters of its own. */
function sameAccount(ours: string, theirs: string): boolean {
  if (!URL.canParse(theirs)) return false;
  const a = new URL(ours);
  const b = new URL(theirs);
  return a.username === b.username && a.password === b.password && a.pathname === b.pathname;
}

/** @returns undefined where it is longer. The rest is read and thrown away, so that the answer can be read. */
async function readBounded(request: IncomingMessage, max: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= max) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= max ? Buffer.concat(chunks).toString("utf8") : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length });
  response.end(bytes);
}
