/** Connections that a provider closes: while they were idle, just as a request goes out, and in the middle of its work. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
});

afterAll(() => world?.stop());

const answer = '{"choices":[],"usage":{"prompt_tokens":1}}';

interface Provider {
  /** Requests whose body came whole. */
  whole(): number;
  server: Server;
}

/** A provider, and the LLM of this name that leads to it. @param answers the nth whole request, from 1. */
async function provider(
  name: string,
  keepAliveMs: number,
  answers: (n: number, request: IncomingMessage, response: ServerResponse) => void,
): Promise<Provider> {
  let whole = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    if (response.headersSent) return;
    JSON.parse(Buffer.concat(chunks).toString());
    whole++;
    answers(whole, request, response);
  });
  server.keepAliveTimeout = keepAliveMs;
  // Node adds a second by itself, against this very race.
  server.keepAliveTimeoutBuffer = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await world.store.addModel({ name, url });
  return { whole: () => whole, server };
}

const respond = (response: ServerResponse) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
  response.end(answer);
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test.each([
  ["small requests", 50, 10],
  ["requests of a megabyte", 60, 1_000_000],
])(
  verifies("inference.idle-connection", "%s, sent just as the provider closes idle connections, never fail"),
  async (_, keepAliveMs, size) => {
    const name = `idle-${size}`;
    const { whole } = await provider(name, keepAliveMs, (_n, _request, response) => respond(response));
    const text = "é".repeat(size / 2);
    const seen: { status: number; attempts: string | null }[] = [];
    for (let i = 0; i < 40; i++) {
      const got = await world.ask(name, { text });
      seen.push({ status: got.status, attempts: got.headers.get("x-mcpctl-attempts") });
      expect(await got.text()).toBe(answer);
      await pause(keepAliveMs - 4 + (i % 12) * 0.6);
    }
    expect(seen.filter((s) => s.status !== 200)).toEqual([]);
    expect(whole()).toBe(40);
  },
  60_000,
);

test(
  verifies(
    "inference.idle-connection",
    "a request is sent again each time that the provider closes the connection just as it arrives",
  ),
  async () => {
    const { whole, server } = await provider("crossing", 5_000, (_n, _request, response) => respond(response));
    const used = new WeakSet<object>();
    let crossed = 0;
    let askedAt = 0;
    server.prependListener("request", ({ socket }) => {
      const late = Date.now() - askedAt;
      // Nothing of the body was read: as if the close had been on its way already. One that is late would not have been.
      if (used.has(socket) && late < 15) {
        crossed++;
        socket.destroy();
      }
      used.add(socket);
    });
    for (let i = 1; i <= 40; i++) {
      askedAt = Date.now();
      const got = await world.ask("crossing");
      expect([got.status, await got.text()]).toEqual([200, answer]);
      expect(whole()).toBe(i);
      await pause(40);
    }
    expect(crossed).toBeGreaterThan(0);
  },
);

test(verifies(
  "inference.idle-connection",
  "bursts of requests over connections that were all closed meanwhile never fail",
), async () => {
  const { whole } = await provider("bursts", 50, (_n, _request, response) => respond(response));
  for (let i = 0; i < 8; i++) {
    const got = await Promise.all(Array.from({ length: 5 }, () => world.ask("bursts")));
    expect(got.map((g) => g.status)).toEqual([200, 200, 200, 200, 200]);
    await Promise.all(got.map((g) => g.text()));
    await pause(48 + i * 0.5);
  }
  expect(whole()).toBe(40);
}, 60_000);

test.each([
  ["at once", 0],
  ["after a while", 150],
])(
  verifies("inference.sent-once", "a request that the provider read and then hung up on, %s, is not sent again"),
  async (_, after) => {
    const name = `killed-${after}`;
    const { whole } = await provider(name, 5_000, (n, request, response) => {
      if (n % 2 === 1) respond(response);
      else setTimeout(() => request.socket.destroy(), after);
    });
    for (let i = 1; i <= 5; i++) {
      expect((await world.ask(name)).status).toBe(200);
      // Long enough for the connection to be idle.
      await pause(60);
      const got = await world.ask(name);
      const text = await got.text();
      expect(got.status).toBe(502);
      expect(got.headers.get("x-mcpctl-attempts")).toBe("1");
      expect(text).toContain("closed the connection before it answered");
      expect(text).not.toContain("may be wrong");
      expect(whole()).toBe(2 * i);
    }
  },
);

test("the first request over a connection is not sent again", async () => {
  const { whole } = await provider("first", 5_000, (_n, request) => request.socket.destroy());
  expect((await world.ask("first")).status).toBe(502);
  expect(whole()).toBe(1);
});

test(
  verifies("inference.idle-connection", "how often a request was sent is in the header and in the record"),
  async () => {
    let cut = false;
    const { server } = await provider("counted-twice", 5_000, (_n, _request, response) => respond(response));
    server.prependListener("request", (request) => {
      // As the close of an idle connection that crosses the request: nothing of the body is read.
      if (cut) request.socket.destroy();
      cut = false;
    });
    expect((await world.ask("counted-twice")).headers.get("x-mcpctl-attempts")).toBe("1");
    await pause(60);
    cut = true;
    const got = await world.ask("counted-twice");
    expect(got.status).toBe(200);
    expect(got.headers.get("x-mcpctl-attempts")).toBe("2");
    const attempts = `select p.attempts from auditevent, jsonb_to_record(payload) as p (llm text, attempts text)
    where kind = 'llm_inference_call' and p.llm = 'counted-twice' order by p.attempts`;
    await expect.poll(() => world.store.query(attempts)).toEqual([{ attempts: "1" }, { attempts: "2" }]);
  },
);

test("a provider's answer to half a request reaches the client", async () => {
  const { server } = await provider("early", 5_000, (_n, _request, response) => respond(response));
  expect((await world.ask("early")).status).toBe(200);
  await pause(60);
  server.prependListener("request", (_request, response: ServerResponse) => {
    response.writeHead(429, { "content-type": "application/json", connection: "close" });
    response.end('{"error":{"message":"Slow down."}}');
  });
  const got = await world.ask("early");
  expect([got.status, await got.text()]).toEqual([429, '{"error":{"message":"Slow down."}}']);
});
