/** Waits on this machine for the browser to come back from a login (RFC 8252, 7.3): one answer, on loopback only. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Loopback {
  /** Where the browser is to come. */
  redirectUri: string;
  /** Resolves with the first request that has this state; others are turned away. */
  answer(state: string, signal: AbortSignal): Promise<Answered>;
  close(): void;
}

export interface Answered {
  query: URLSearchParams;
  /** Sends the browser on, so that no code stays in its address bar. */
  sendTo(url: string): void;
  /** What went wrong, for who looks at the browser. */
  tell(message: string): void;
}

const PATH = "/callback";

export async function listenOnLoopback(): Promise<Loopback> {
  let take: ((query: URLSearchParams, response: ServerResponse) => boolean) | undefined;
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? "", "http://127.0.0.1");
    if (request.method === "GET" && url?.pathname === PATH && take?.(url.searchParams, response)) return;
    page(response, 404, "mcpctl does not expect this request.");
  });
  await new Promise<void>((ready, failed) => {
    server.once("error", failed);
    server.listen(0, "127.0.0.1", ready);
  });
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    answer: (state, signal) =>
      new Promise((resolve, reject) => {
        const give = () => reject(signal.reason);
        if (signal.aborted) return give();
        signal.addEventListener("abort", give, { once: true });
        take = (query, response) => {
          if (query.get("state") !== state) return false;
          take = undefined;
          signal.removeEventListener("abort", give);
          resolve({
            query,
            sendTo: (url) => void response.writeHead(302, { location: url, connection: "close", ...safe }).end(),
            tell: (message) => page(response, 400, message),
          });
          return true;
        };
      }),
    close() {
      server.close();
      // A browser keeps its connection for a while; nobody should wait for it.
      setTimeout(() => server.closeAllConnections(), 200).unref();
    },
  };
}

const safe = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** Text, not HTML: what the edge says is shown as it is. */
function page(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close", ...safe });
  response.end(`mcpctl: ${message}\n`);
}
