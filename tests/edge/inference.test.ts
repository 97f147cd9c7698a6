/** OpenAI's surface of a real edge in front of a provider that does what it is told. */
import { connect } from "node:net";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startEdge, type TestEdge } from "../../infra/harness.ts";
import {
  type Behaviour,
  chat,
  cutAfter,
  delta,
  done,
  type FakeProvider,
  json,
  raw,
  silence,
  stall,
  startFakeProvider,
  stream,
  usageEvent,
} from "../fakes/provider.ts";
import { verifies } from "../requirements.ts";
import { type StoreAccess, storeAccess, testKeyEncryption } from "./models.ts";

const KEY = "sk-provider-canary-4f2a";

let edge: TestEdge;
let provider: FakeProvider;
let store: StoreAccess;
let token: string;
let openai: OpenAI;

beforeAll(async () => {
  provider = await startFakeProvider();
  edge = await startEdge({ env: { KEY_ENCRYPTION: testKeyEncryption } });
  token = (await edge.bootstrap()).token;
  store = storeAccess(edge.databaseUrl, testKeyEncryption);
  await store.addModel({ name: "gpt", url: `${provider.url}/v1/`, model: "upstream-model", key: KEY });
  await store.addModel({ name: "counted", url: provider.url, model: "upstream-model" });
  await store.addModel({ name: "same", url: provider.url });
  await store.addModel({ name: "hasty", url: provider.url, timeouts: { firstByte: 300, idle: 400 } });
  await store.addModel({ name: "nobody", url: "http://127.0.0.1:9" });
  await store.addModel({ name: "inside", url: "http://10.0.0.1" });
  openai = new OpenAI({ apiKey: token, baseURL: `${edge.url}/v1`, maxRetries: 0 });
});

afterAll(async () => {
  await edge?.stop();
  await provider?.close();
});

beforeEach(() => {
  provider.received.length = 0;
  provider.does(chat("Hello."));
});

const messages = [{ role: "user" as const, content: "Hi" }];

function post(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(edge.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body,
  });
}

const ask = (model: string, more: object = {}) =>
  post("/v1/chat/completions", JSON.stringify({ model, messages, ...more }));

function first() {
  const one = provider.received[0];
  if (!one) throw new Error("the provider got nothing");
  return one;
}

describe("what the provider gets", () => {
  test(
    verifies(
      ["inference.key-hidden", "inference.unknown-fields", "inference.url-forms"],
      "its own key and model name, and every other byte of the client",
    ),
    async () => {
      const body = ' {"n": 12345678901234567890.10,\n "model" :"gpt", "é":"\\u00fc🦊","x":1,"x":2}';
      const answer = await post("/v1/chat/completions", body, {
        cookie: "a=b",
        "x-api-key": "of the caller",
        "openai-organization": "org",
        "x-forwarded-for": "1.2.3.4",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      });
      expect(answer.status).toBe(200);
      const { path, headers, body: got } = first();
      expect(path).toBe("/v1/chat/completions");
      expect(got.toString()).toBe(body.replace('"gpt"', '"upstream-model"'));
      expect(headers.authorization).toBe(`Bearer ${KEY}`);
      expect(headers["content-type"]).toBe("application/json");
      expect(headers.traceparent).toContain("0af7651916cd43dd");
      expect(JSON.stringify(headers)).not.toContain(token);
      for (const name of ["cookie", "x-api-key", "openai-organization", "x-forwarded-for"])
        expect(headers).not.toHaveProperty(name);
    },
  );

  test("a body that names the model as the provider does is not touched at all", async () => {
    const body = '{"model":"same" , "k":[1.0,2]}';
    await post("/v1/embeddings", body);
    expect(first().path).toBe("/v1/embeddings");
    expect(first().body.toString()).toBe(body);
    expect(first().headers).not.toHaveProperty("authorization");
  });

  test("the LLM of the path, with or without a model in the body", async () => {
    await post("/api/v1/llms/gpt/infer", '{"messages":[]}');
    await post("/api/v1/llms/gpt/infer", '{"model":"other","messages":[]}');
    expect(provider.received.map((r) => r.body.toString())).toEqual([
      '{"model":"upstream-model","messages":[]}',
      '{"model":"upstream-model","messages":[]}',
    ]);
  });
});

describe("what the client gets", () => {
  test("the answer, byte for byte, and who gave it", async () => {
    const body = '{"a": 1.0,\n"usage" : {"prompt_tokens":1}}';
    provider.does(
      raw(200, body, { "content-type": "application/json", "set-cookie": "x=y", "x-ratelimit-limit": "9" }),
    );
    const answer = await ask("gpt");
    expect(await answer.text()).toBe(body);
    expect(answer.headers.get("x-mcpctl-llm")).toBe("gpt");
    expect(answer.headers.get("x-mcpctl-attempts")).toBe("1");
    expect(answer.headers.get("x-request-id")).toMatch(/./);
    expect(answer.headers.has("set-cookie")).toBe(false);
    expect(answer.headers.has("x-ratelimit-limit")).toBe(false);
  });

  test("an answer of several megabytes, whole", async () => {
    const body = JSON.stringify({ data: "é".repeat(2_000_000), usage: { prompt_tokens: 7 } });
    provider.does(raw(200, body, { "content-type": "application/json" }));
    expect((await (await ask("gpt")).text()) === body).toBe(true);
  });

  test(verifies("inference.chat", "through the openai package"), async () => {
    const answer = await openai.chat.completions.create({ model: "gpt", messages });
    expect(answer.choices[0]?.message.content).toBe("Hello.");
    expect(answer.usage?.total_tokens).toBe(21);
  });

  test(verifies("inference.models", "models that it may run, as OpenAI lists them"), async () => {
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).toEqual(["counted", "gpt", "hasty", "inside", "nobody", "same"]);
    expect(await openai.models.retrieve("gpt")).toMatchObject({ id: "gpt", object: "model", owned_by: "openai" });
    await expect(openai.models.retrieve("absent")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
  });
});

describe("streams", () => {
  test(
    verifies(
      ["inference.stream-byte-exact", "inference.stream-unbuffered"],
      "bytes as they came, and each chunk as soon as it came",
    ),
    async () => {
      const pieces = [
        ": hi\r\n\r\n",
        "da",
        'ta: {"x":"\u00e9',
        '\u20ac"}\n',
        "\n",
        delta("a"),
        delta("b", "stop"),
        done,
      ];
      let release = () => {};
      let gate = new Promise<void>((r) => {
        release = r;
      });
      provider.does(stream(pieces, () => gate));
      const answer = await ask("gpt", { stream: true });
      expect(answer.headers.get("content-type")).toBe("text/event-stream");
      expect(answer.headers.get("x-accel-buffering")).toBe("no");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      const got: Buffer[] = [];
      // Each piece arrives while the provider still holds back the next.
      for (const piece of pieces) {
        const { value } = await reader.read();
        got.push(Buffer.from(value ?? []));
        expect(got.at(-1)?.toString()).toBe(piece);
        const open = release;
        gate = new Promise<void>((r) => {
          release = r;
        });
        open();
      }
      expect((await reader.read()).done).toBe(true);
      expect(Buffer.concat(got).toString()).toBe(pieces.join(""));
    },
  );

  test(verifies("inference.chat", "through the openai package"), async () => {
    provider.does(stream([delta("Hel"), delta("lo", "stop"), usageEvent, done]));
    let text = "";
    for await (const chunk of await openai.chat.completions.create({ model: "gpt", messages, stream: true }))
      text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("Hello");
  });

  test.each([
    ["between events", [delta("a"), delta("b")]],
    ["within an event", [delta("a"), 'data: {"cho']],
  ])(
    verifies("inference.stream-cut", "a provider that breaks off %s: one error event, no [DONE]"),
    async (_, pieces) => {
      provider.does(cutAfter(pieces));
      const text = await (await ask("gpt", { stream: true })).text();
      expect(text.startsWith(pieces.join(""))).toBe(true);
      const events = text.slice(pieces.join("").length).trim();
      expect(JSON.parse(events.replace(/^data: /, "")).error).toMatchObject({
        code: "provider_failed",
        type: "server_error",
      });
      expect(text).not.toContain("[DONE]");
    },
  );

  test("the openai package throws on it", async () => {
    provider.does(cutAfter([delta("a")]));
    const answer = await openai.chat.completions.create({ model: "gpt", messages, stream: true });
    const read = async () => {
      for await (const _ of answer);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test("one that ends politely but early is not passed off as whole", async () => {
    provider.does(stream([delta("a")]));
    const text = await (await ask("gpt", { stream: true })).text();
    expect(text).toContain('"code":"provider_failed"');
  });

  test("one that falls silent ends with an error event, and the provider is let go", async () => {
    provider.does(stall([delta("a")]));
    const text = await (await ask("hasty", { stream: true })).text();
    expect(text).toContain('"code":"provider_timeout"');
    await first().hungUp;
  });

  test(verifies("inference.hang-up", "a client that hangs up ends the provider's work within a second"), async () => {
    provider.does(async (_, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      while (!answer.destroyed) {
        answer.write(delta("a"));
        await new Promise((r) => setTimeout(r, 20));
      }
    });
    const gone = new AbortController();
    const answer = await fetch(`${edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: "gpt", messages, stream: true }),
      signal: gone.signal,
    });
    await (answer.body as ReadableStream<Uint8Array>).getReader().read();
    const at = Date.now();
    gone.abort();
    expect((await first().hungUp) - at).toBeLessThan(1000);
    await expect.poll(() => recorded("status = '499'"), { timeout: 10_000 }).toBeGreaterThan(0);
  });
});

/** Together, because each waits for 15 s; each with a provider and a model of its own. */
describe.concurrent("silence", () => {
  const own = async (name: string, behaviour: Behaviour) => {
    const one = await startFakeProvider(behaviour);
    onTestFinished(() => one.close());
    await store.addModel({ name, url: one.url });
    return one;
  };

  test("a model that thinks before its first word: comments meanwhile, then the stream as it comes", async () => {
    let release = () => {};
    const gate = new Promise<void>((r) => {
      release = r;
    });
    const pieces = [delta("a"), delta("b", "stop"), done];
    // Headers at once, as vLLM sends them, then nothing until released.
    await own("thinks", async (received, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.flushHeaders();
      await gate;
      await stream(pieces)(received, Object.assign(answer, { writeHead: () => answer }));
    });
    const answer = await ask("thinks", { stream: true });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toMatch(/^: .*\n\n$/);
    release();
    let rest = "";
    for (;;) {
      const { value: more, done: ended } = await reader.read();
      if (ended) break;
      rest += Buffer.from(more).toString();
    }
    expect(rest).toBe(pieces.join(""));
  });

  test("a model that does not answer at all: comments, then its error as an event", async () => {
    let refuse = () => {};
    const gate = new Promise<void>((r) => {
      refuse = r;
    });
    await own("mute", async (received, answer) => {
      await gate;
      await json(429, { error: { message: "busy", type: "tokens", code: "rate", param: null } })(received, answer);
    });
    const answer = await ask("mute", { stream: true });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    refuse();
    const text = await answer.text();
    expect(text).toMatch(/^: .*\n\n/);
    expect(JSON.parse(text.slice(text.indexOf("data: ") + 6)).error.message).toBe("busy");
    expect(text).not.toContain("[DONE]");
  });

  test("a client that hung up in a silence is noticed by the next comment", async () => {
    const asleep = await own("asleep", silence);
    const gone = new AbortController();
    const answer = await fetch(`${edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: "asleep", messages, stream: true }),
      signal: gone.signal,
    });
    await (answer.body as ReadableStream<Uint8Array>).getReader().read();
    gone.abort();
    await asleep.received[0]?.hungUp;
  });
});

describe("rights that end", () => {
  test("an open stream of a token that is taken back ends within 5 s, and the provider is let go", async () => {
    const tokens = `${edge.url}/api/v1/auth/tokens`;
    const admin = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const made = await fetch(tokens, { method: "POST", headers: admin, body: '{"name":"short"}' });
    const short = ((await made.json()) as { token: string }).token;
    provider.does(async (_, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      while (!answer.destroyed) {
        answer.write(delta("a"));
        await new Promise((r) => setTimeout(r, 50));
      }
    });
    const answer = await fetch(`${edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${short}` },
      body: JSON.stringify({ model: "gpt", messages, stream: true }),
    });
    expect(answer.status).toBe(200);
    const taken = await fetch(`${tokens}/short`, { method: "DELETE", headers: admin });
    expect(taken.status).toBe(200);
    const at = Date.now();
    const text = await answer.text();
    expect(Date.now() - at).toBeLessThan(5_500);
    expect(text).toContain('"code":"not_authenticated"');
    expect(text).not.toContain("[DONE]");
    await first().hungUp;
  });
});

describe("what goes wrong at the provider", () => {
  test(verifies("inference.errors", "its own error keeps status, words and retry-after"), async () => {
    const error = {
      error: { message: "Slow down, sk-provider-canary-4f2a!", type: "tokens", code: "rate_limit", param: null },
    };
    provider.does(json(429, error, { "retry-after": "7" }));
    const answer = await ask("gpt");
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(await answer.json()).toEqual({ error: { ...error.error, message: "Slow down, [key]!" } });
    await expect(openai.chat.completions.create({ model: "gpt", messages })).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    );
  });

  test.each([401, 403])("%s speaks of the edge's key, not of the caller's token", async (status) => {
    provider.does(json(status, { error: { message: `Incorrect API key provided: ${KEY}.` } }));
    const answer = await ask("gpt");
    const text = await answer.text();
    expect(answer.status).toBe(502);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(text).toContain("Incorrect API key provided: [key]");
    expect(text).not.toContain(KEY);
  });

  test.each([
    ["a web page", raw(503, "<html>down</html>", { "content-type": "text/html" })],
    ["a web page that claims success", raw(200, "<html>hi</html>", { "content-type": "text/html; charset=utf-8" })],
    ["a redirect", raw(302, "", { location: "http://127.0.0.1:1/" })],
    ["an empty error", raw(500, "", {})],
  ])("%s is 502", async (_, behaviour) => {
    provider.does(behaviour);
    await expect(openai.chat.completions.create({ model: "gpt", messages })).rejects.toMatchObject({
      status: 502,
      code: "provider_failed",
    });
    expect(provider.received).toHaveLength(1);
  });

  test("an answer that is cut in the middle is an error, not half an answer", async () => {
    provider.does((_, answer) => {
      answer.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
      answer.write('{"choices":[', () => answer.destroy());
    });
    expect((await ask("gpt")).status).toBe(502);
  });

  test(verifies("inference.private-refused", "nobody there is 502, too slow is 504, inside is refused"), async () => {
    provider.does(silence);
    const codes = await Promise.all(
      ["nobody", "hasty", "inside"].map(async (m) => {
        const answer = await ask(m);
        return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
      }),
    );
    expect(codes).toEqual([
      [502, "provider_unreachable"],
      [504, "provider_timeout"],
      [502, "provider_failed"],
    ]);
    await first().hungUp;
  });
});

describe("what goes wrong in the request", () => {
  test.each([
    ["not JSON", "{", 400, "malformed_json", null],
    ["no object", "[]", 400, "invalid_request", null],
    ["nothing", "", 400, "malformed_json", null],
    ["no model", "{}", 400, "invalid_request", "model"],
    ["a model that is no name", '{"model":5}', 400, "invalid_request", "model"],
    ["an unknown model", '{"model":"absent"}', 404, "model_not_found", "model"],
    ["a model called like a member of objects", '{"model":"__proto__"}', 404, "model_not_found", "model"],
  ])(verifies("inference.bad-input", "%s"), async (_, body, status, code, param) => {
    const answer = await post("/v1/chat/completions", body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code, param, type: "invalid_request_error" } });
    expect(provider.received).toHaveLength(0);
  });

  test("bytes that are not UTF-8", async () => {
    const answer = await post("/v1/chat/completions", Buffer.from([0x7b, 0xff, 0x7d]));
    expect(answer.status).toBe(400);
  });

  test("without a credential", async () => {
    const stranger = new OpenAI({ apiKey: "nobody", baseURL: `${edge.url}/v1`, maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model: "gpt", messages })).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
  });

  test("a body cut in the middle reaches no provider", async () => {
    const { hostname, port } = new URL(edge.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000\r\n\r\n{"model":"gpt"`,
    );
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    expect((await ask("gpt")).status).toBe(200);
    expect(provider.received).toHaveLength(1);
  });
});

describe("what is recorded", () => {
  test(
    verifies(
      ["audit.inference", "inference.no-query-warm"],
      "one event per request, with its tokens, and no query for it while warm",
    ),
    async () => {
      await ask("counted");
      const { queries } = await edge.stats();
      await Promise.all(Array.from({ length: 50 }, async () => (await ask("counted")).text()));
      await expect.poll(() => recorded("llm = 'counted'"), { timeout: 10_000 }).toBe(51);
      // Only the flushes of the buffer, which write many events each.
      expect((await edge.stats()).queries - queries).toBeLessThan(5);
      const [row] = await store.query<{ payload: object; principal: string }>(
        "select principal, payload from auditevent where kind = 'llm_inference_call' order by time desc limit 1",
      );
      expect(row).toMatchObject({
        principal: "admin",
        payload: {
          llm: "counted",
          model: "upstream-model",
          path: "/v1/chat/completions",
          streaming: false,
          status: 200,
          error: null,
          tokensIn: 9,
          tokensOut: 12,
          tokensCached: 4,
          tokensReasoning: 5,
          attempts: 1,
          servedBy: "openai",
        },
      });
      expect(JSON.stringify(row)).not.toContain(KEY);
    },
  );

  test("a stream's usage, from its last chunk", async () => {
    provider.does(stream([delta("a", "stop"), usageEvent, done]));
    await (await ask("gpt", { stream: true })).text();
    await expect
      .poll(() => recorded("streaming = 'true' and \"tokensIn\" = '3' and \"tokensOut\" = '5'"), { timeout: 10_000 })
      .toBeGreaterThan(0);
  });
});

/** How many inference calls are in the store whose payload meets a condition on its fields as text. */
async function recorded(condition: string): Promise<number> {
  const rows = await store.query<{ n: string }>(
    `select count(*) as n from (
       select p.* from auditevent, jsonb_to_record(payload) as p
         (llm text, status text, error text, streaming text, "tokensIn" text, "tokensOut" text)
       where kind = 'llm_inference_call') as call where ${condition}`,
  );
  return Number(rows[0]?.n);
}
