/** A front before the real edge that answers some requests by itself: what proxies, overload and broken lines do. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** @returns true where it has answered; otherwise the edge does. */
export type Interference = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface Front {
  url: string;
  /** Method and path of every request, in order. */
  seen: string[];
  /** Until it is set again. */
  interfere: Interference;
  /** Cuts every connection that is open. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startFront(edge: string): Promise<Front> {
  const target = new URL(edge);
  const front: Front = {
    url: "",
    seen: [],
    interfere: () => false,
    cut: () => server.closeAllConnections(),
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  const server = createServer((req, res) => {
    front.seen.push(`${req.method} ${req.url}`);
    if (front.interfere(req, res)) return;
    const onward = request(
      { host: target.hostname, port: target.port, method: req.method, path: req.url, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
        res.on("close", () => answer.destroy());
      },
    );
    onward.on("error", () => res.destroy());
    req.pipe(onward);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return front;
}

/** Refuses the first `times` requests that match, then no more. */
export function refuseFirst(
  times: number,
  match: RegExp,
  status: number,
  headers: Record<string, string> = {},
): Interference {
  let left = times;
  return (req, res) => {
    if (left === 0 || !match.test(`${req.method} ${req.url}`)) return false;
    left--;
    const code = status === 429 ? "rate_limited" : "store_unavailable";
    res.writeHead(status, { "content-type": "application/problem+json", ...headers });
    res.end(JSON.stringify({ type: "about:blank", title: code, status, code, detail: `Not now (${status}).` }));
    return true;
  };
}
