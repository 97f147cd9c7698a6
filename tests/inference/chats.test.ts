/** OpenAI's surface of a real edge in front of a provider that does what it is told. */
import { connect } from "node:net";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chat, delta, done, json, raw, silence, stream, usageEvent } from "../fakes/provider.ts";
import { atRest, costsNothing } from "../harness/statements.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, KEY, messages, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
});

afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.received.length = 0;
  world.provider.does(chat("Hello."));
});

describe("what the provider gets", () => {
  test(
    verifies(
      ["inference.key-hidden", "inference.unknown-fields", "inference.url-forms"],
      "is its own key and model name, and every other byte of the client",
    ),
    async () => {
      const body = ' {"n": 12345678901234567890.10,\n "model" :"gpt", "é":"\\u00fc🦊","x":1,"x":2}';
      const answer = await world.post("/v1/chat/completions", body, {
        cookie: "a=b",
        "x-api-key": "of the caller",
        "openai-organization": "org",
        "x-forwarded-for": "1.2.3.4",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      });
      expect(answer.status).toBe(200);
      const { path, headers, body: got } = world.first();
      expect(path).toBe("/v1/chat/completions");
      expect(got.toString()).toBe(body.replace('"gpt"', '"upstream-model"'));
      expect(headers.authorization).toBe(`Bearer ${KEY}`);
      expect(headers["content-type"]).toBe("application/json");
      expect(headers.traceparent).toContain("0af7651916cd43dd");
      expect(JSON.stringify(headers)).not.toContain(world.token);
      for (const name of ["cookie", "x-api-key", "openai-organization", "x-forwarded-for"])
        expect(headers).not.toHaveProperty(name);
    },
  );

  test("is the client's body untouched, where that names the model as the provider does", async () => {
    const body = '{"model":"same" , "k":[1.0,2]}';
    await world.post("/v1/embeddings", body);
    expect(world.first().path).toBe("/v1/embeddings");
    expect(world.first().body.toString()).toBe(body);
    expect(world.first().headers).not.toHaveProperty("authorization");
  });

  test("is the model of the LLM in the path, by name or id, with or without one in the body", async () => {
    await world.post("/api/v1/llms/id-of-gpt/infer", '{"messages":[]}');
    await world.post("/api/v1/llms/gpt/infer", '{"messages":[]}');
    await world.post("/api/v1/llms/gpt/infer", '{"model":"other","messages":[]}');
    expect(await world.openai.models.retrieve("id-of-gpt")).toMatchObject({ id: "gpt" });
    // A body names a model by its name.
    expect((await world.ask("id-of-gpt")).status).toBe(404);
    expect(world.provider.received.map((r) => r.body.toString())).toEqual([
      '{"model":"upstream-model","messages":[]}',
      '{"model":"upstream-model","messages":[]}',
      '{"model":"upstream-model","messages":[]}',
    ]);
  });
});

describe("what the client gets", () => {
  test("is the answer, byte for byte, and who gave it", async () => {
    const body = '{"a": 1.0,\n"usage" : {"prompt_tokens":1}}';
    world.provider.does(
      raw(200, body, { "content-type": "application/json", "set-cookie": "x=y", "x-ratelimit-limit": "9" }),
    );
    const answer = await world.ask("gpt");
    expect(await answer.text()).toBe(body);
    expect(answer.headers.get("x-mcpctl-llm")).toBe("gpt");
    expect(answer.headers.get("x-mcpctl-attempts")).toBe("1");
    expect(answer.headers.get("x-request-id")).toMatch(/./);
    expect(answer.headers.has("set-cookie")).toBe(false);
    expect(answer.headers.has("x-ratelimit-limit")).toBe(false);
  });

  test("is an answer of several megabytes, whole", async () => {
    const body = JSON.stringify({ data: "é".repeat(2_000_000), usage: { prompt_tokens: 7 } });
    world.provider.does(raw(200, body, { "content-type": "application/json" }));
    expect((await (await world.ask("gpt")).text()) === body).toBe(true);
  });

  test(verifies("inference.chat", "is understood by the openai package"), async () => {
    const answer = await world.openai.chat.completions.create({ model: "gpt", messages });
    expect(answer.choices[0]?.message.content).toBe("Hello.");
    expect(answer.usage?.total_tokens).toBe(21);
  });

  test(verifies("inference.models", "is the list of models that it may run, as OpenAI writes it"), async () => {
    const ids: string[] = [];
    for await (const model of world.openai.models.list()) ids.push(model.id);
    expect(ids).toEqual(["counted", "gpt", "hasty", "inside", "nobody", "same"]);
    expect(await world.openai.models.retrieve("gpt")).toMatchObject({ id: "gpt", object: "model", owned_by: "openai" });
    await expect(world.openai.models.retrieve("absent")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });
});

describe("a provider's failure", () => {
  test(verifies("inference.errors", "keeps its status, words and retry-after"), async () => {
    const error = {
      error: { message: "Slow down, sk-provider-canary-4f2a!", type: "tokens", code: "rate_limit", param: null },
    };
    world.provider.does(json(429, error, { "retry-after": "7" }));
    const answer = await world.ask("gpt");
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(await answer.json()).toEqual({ error: { ...error.error, message: "Slow down, [key]!" } });
    await expect(world.openai.chat.completions.create({ model: "gpt", messages })).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    );
  });

  test.each([401, 403])("of %s speaks of the edge's key, not of the caller's token", async (status) => {
    world.provider.does(json(status, { error: { message: `Incorrect API key provided: ${KEY}.` } }));
    const answer = await world.ask("gpt");
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
    world.provider.does(behaviour);
    await expect(world.openai.chat.completions.create({ model: "gpt", messages })).rejects.toMatchObject({
      status: 502,
      code: "provider_failed",
    });
    expect(world.provider.received).toHaveLength(1);
  });

  test("in the middle of an answer is an error, not half an answer", async () => {
    world.provider.does((_, answer) => {
      answer.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
      answer.write('{"choices":[', () => answer.destroy());
    });
    expect((await world.ask("gpt")).status).toBe(502);
  });

  test(
    verifies(
      "inference.private-refused",
      "to be reached is 502, to answer in time 504, and a private address is refused",
    ),
    async () => {
      world.provider.does(silence);
      const codes = await Promise.all(
        ["nobody", "hasty", "inside"].map(async (m) => {
          const answer = await world.ask(m);
          return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
        }),
      );
      expect(codes).toEqual([
        [502, "provider_unreachable"],
        [504, "provider_timeout"],
        [502, "provider_failed"],
      ]);
      await world.first().hungUp;
    },
  );
});

describe("a bad request", () => {
  test.each([
    ["not JSON", "{", 400, "malformed_json", null],
    ["no object", "[]", 400, "invalid_request", null],
    ["nothing", "", 400, "malformed_json", null],
    ["no model", "{}", 400, "invalid_request", "model"],
    ["a model that is no name", '{"model":5}', 400, "invalid_request", "model"],
    ["an unknown model", '{"model":"absent"}', 404, "model_not_found", "model"],
    ["a model called like a member of objects", '{"model":"__proto__"}', 404, "model_not_found", "model"],
  ])(verifies("inference.bad-input", "%s"), async (_, body, status, code, param) => {
    const answer = await world.post("/v1/chat/completions", body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code, param, type: "invalid_request_error" } });
    expect(world.provider.received).toHaveLength(0);
  });

  test("of bytes that are not UTF-8 is refused", async () => {
    const answer = await world.post("/v1/chat/completions", Buffer.from([0x7b, 0xff, 0x7d]));
    expect(answer.status).toBe(400);
  });

  test("without a credential is 401", async () => {
    const stranger = new OpenAI({ apiKey: "nobody", baseURL: `${world.edge.url}/v1`, maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model: "gpt", messages })).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
  });

  test("whose body is cut in the middle reaches no provider", async () => {
    const { hostname, port } = new URL(world.edge.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token}\r\nContent-Length: 1000\r\n\r\n{"model":"gpt"`,
    );
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    expect((await world.ask("gpt")).status).toBe(200);
    expect(world.provider.received).toHaveLength(1);
  });
});

describe("the record of a chat", () => {
  test(
    verifies(
      ["audit.inference", "inference.no-query-warm"],
      "is one event per request, with its tokens, and a warm request asks the store nothing",
    ),
    async () => {
      let asked = 0;
      await costsNothing(world.edge, async () => {
        const answers = Array.from({ length: 20 }, async () => (await world.ask("counted")).text());
        asked += (await Promise.all(answers)).length;
      });
      await until("each is recorded", async () => (await world.recorded("llm = 'counted'")) >= asked);
      await atRest(world.edge);
      expect(await world.recorded("llm = 'counted'")).toBe(asked);
      const [row] = await world.store.query<{ payload: object; principal: string }>(
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

  test("has a stream's usage, from its last chunk", async () => {
    world.provider.does(stream([delta("a", "stop"), usageEvent, done]));
    await (await world.ask("gpt", { stream: true })).text();
    await expect
      .poll(() => world.recorded("streaming = 'true' and \"tokensIn\" = '3' and \"tokensOut\" = '5'"), {
        timeout: 10_000,
      })
      .toBeGreaterThan(0);
  });
});
