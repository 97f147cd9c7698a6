/** A developer with the openai package: one token, any model, never the provider's key. */
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type ModelServer, startModelServer, streamOf } from "../fakes/model-server.ts";
import { rows } from "../harness/rows.ts";
import { type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

const KEY = "sk-the-key-of-the-provider";

let stack: Stack;
let provider: ModelServer;
let developer: OpenAI;
let token: string;

beforeAll(async () => {
  provider = await startModelServer({ apiKey: KEY });
  stack = await startStack({ env: { MAX_BODY_BYTES: "200000" } });
  const { admin } = stack;
  await admin.create("secrets", { name: "provider", data: { key: KEY } });
  for (const name of ["allowed", "forbidden"])
    await admin.create("llms", {
      name,
      type: "openai",
      model: `real-${name}`,
      url: `${provider.url}/v1/`,
      apiKeyRef: { name: "provider", key: "key" },
    });
  const bindings = [{ role: "run", resource: "llms", name: "allowed" }];
  token = String((await admin.create("mcptokens", { name: "developer", bindings }))["token"]);
  developer = stack.openai(token);
});

afterAll(async () => {
  await stack?.stop();
  await provider?.stop();
});

const say = (content: string) => [{ role: "user", content }] as const;
const ask = (content: string) => ({ model: "allowed", messages: [...say(content)] });

/** One request as bytes, for what the package would hide. */
function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${stack.edge.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body,
  });
}

const openaiError = z.object({
  error: z.object({
    message: z.string().min(10),
    type: z.string(),
    code: z.string().nullable(),
    param: z.string().nullable(),
  }),
});

async function failure(request: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const outcome = await request.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(outcome instanceof OpenAI.APIError)) throw new Error(`not an error of the package: ${String(outcome)}`);
  return outcome;
}

describe("a developer with the openai package", () => {
  test(verifies("inference.models", "sees exactly the models that the token may run"), async () => {
    const listed: string[] = [];
    for await (const model of developer.models.list()) listed.push(model.id);
    expect(listed).toEqual(["allowed"]);
    expect((await developer.models.retrieve("allowed")).id).toBe("allowed");
    expect(await failure(developer.models.retrieve("forbidden"))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  test(verifies(["inference.chat", "inference.url-forms"], "gets a chat completion"), async () => {
    const completion = await developer.chat.completions.create(ask("hello"));
    expect(completion.choices[0]?.message.content).toBe("Hello, world!");
    expect(completion.usage?.total_tokens).toBe(13);
    expect(provider.seen.at(-1)?.path).toBe("/v1/chat/completions");
  });

  test("gets a stream, chunk by chunk", async () => {
    const stream = await developer.chat.completions.create({ ...ask("hello"), stream: true });
    const words: string[] = [];
    for await (const chunk of stream) {
      const word = chunk.choices[0]?.delta.content;
      if (word) words.push(word);
    }
    expect(words).toEqual(["Hello", ", ", "world", "!"]);
  });

  test(verifies("inference.stream-byte-exact", "gets a stream's bytes as the provider wrote them"), async () => {
    const wanted = { ...ask("hello"), stream: true, stream_options: { include_usage: true } };
    const answer = await post(JSON.stringify(wanted));
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(await answer.text()).toBe(streamOf("real-allowed", true));
  });

  test("is not shown the usage that was not asked for", async () => {
    const answer = await post(JSON.stringify({ ...ask("hello"), stream: true }));
    expect(await answer.text()).toBe(streamOf("real-allowed", false));
  });

  test(
    verifies("inference.unknown-fields", "has fields that nobody knows passed on, as they were written"),
    async () => {
      const body = `{"model" : "allowed", "vendor_option":{"π":1e400, "deep":[1.0,2.50]},"messages":[{"role":"user","content":"hello"}]}`;
      expect((await post(body)).status).toBe(200);
      expect(provider.seen.at(-1)?.body).toBe(body.replace('"allowed"', '"real-allowed"'));
    },
  );

  test(
    verifies("inference.key-hidden", "never meets the provider's key, nor the provider the developer's token"),
    async () => {
      const answer = await post(JSON.stringify(ask("hello")), { cookie: "a=b", "x-api-key": token });
      const whole = JSON.stringify([...answer.headers]) + (await answer.text());
      expect(whole).not.toContain(KEY);
      const seen = provider.seen.at(-1);
      expect(seen?.headers.authorization).toBe(`Bearer ${KEY}`);
      expect(JSON.stringify(seen)).not.toContain(token);
      expect(seen?.headers.cookie).toBeUndefined();
    },
  );

  test.each(["authorization", "x-api-key", "api-key"])(
    verifies("auth.credential-headers", "may bring the token in %s"),
    async (header) => {
      const answer = await fetch(`${stack.edge.url}/v1/models`, {
        headers: { [header]: header === "authorization" ? `Bearer ${token}` : token },
      });
      expect(answer.status).toBe(200);
      await answer.body?.cancel();
    },
  );
});

describe("an error", () => {
  test(verifies("inference.errors", "has the classes of the openai package"), async () => {
    const stranger = stack.openai("mcpctl_pat_nobody");
    expect(await failure(stranger.chat.completions.create(ask("hello")))).toBeInstanceOf(OpenAI.AuthenticationError);
    const unknown = await failure(developer.chat.completions.create({ ...ask("hello"), model: "no-such-model" }));
    expect(unknown).toBeInstanceOf(OpenAI.NotFoundError);
    expect(unknown.code).toBe("model_not_found");
    // What one may not run looks like what is not there.
    const forbidden = await failure(developer.chat.completions.create({ ...ask("hello"), model: "forbidden" }));
    expect(forbidden.status).toBe(unknown.status);
    expect(forbidden.message.replace("forbidden", "no-such-model")).toBe(unknown.message);
  });

  test("of the provider keeps its own words", async () => {
    const limited = await failure(developer.chat.completions.create(ask("status 429")));
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited.message).toContain("the provider says 429");
    expect(limited.headers?.get("retry-after")).toBe("7");
  });

  test(verifies("inference.stream-cut", "in the middle of a stream is one error event and ends it"), async () => {
    const answer = await post(JSON.stringify({ ...ask("cut"), stream: true }));
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).toContain("Hello");
    expect(text).not.toContain("[DONE]");
    const events = text.split("\n\n").filter((e) => e.includes('"error"'));
    expect(events).toHaveLength(1);
    openaiError.parse(JSON.parse((events[0] ?? "").replace(/^data: /, "")));
  });

  test(verifies("inference.hang-up", "or a hang-up ends the call at the provider within a second"), async () => {
    const stream = await developer.chat.completions.create({ ...ask("trickle"), stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    const asked = provider.seen.at(-1);
    await until("the provider's request ends", () => asked?.aborted === true, 1_000);
  });
});

describe("a bad request", () => {
  const bodies: Record<string, string | Uint8Array<ArrayBuffer>> = {
    "no JSON": "{model: allowed}",
    "half a document": '{"model":"allowed","messages":[',
    "an empty body": "",
    "an array": "[]",
    null: "null",
    "a model that is a number": '{"model":1,"messages":[]}',
    "no model": '{"messages":[{"role":"user","content":"x"}]}',
    "two models": '{"model":"allowed","model":"forbidden","messages":[]}',
    "bytes that are not UTF-8": Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    "deep nesting": `${'{"model":"allowed","x":'}${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    "a prototype": '{"model":"__proto__","messages":[],"__proto__":{"model":"allowed"}}',
  };

  test.each(Object.keys(bodies))(
    verifies("inference.bad-input", "%s is refused, or the provider's to judge"),
    async (name) => {
      const answer = await post(bodies[name] ?? "");
      const text = await answer.text();
      expect(answer.status, text).toBeGreaterThanOrEqual(400);
      expect(answer.status, text).toBeLessThan(500);
      expect(
        z.object({ error: z.looseObject({ message: z.string() }) }).safeParse(JSON.parse(text)).success,
        text,
      ).toBe(true);
    },
  );

  test(verifies("inference.bad-input", "of too many bytes is 413, announced or not"), async () => {
    const body = JSON.stringify(ask("x".repeat(250_000)));
    const announced = await post(body);
    expect(announced.status).toBe(413);
    openaiError.parse(await announced.json());
    const unannounced = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: new Blob([body]).stream(),
      duplex: "half",
    });
    expect(unannounced.status).toBe(413);
    await unannounced.body?.cancel();
  });

  test("of wrong types gets the provider's refusal", async () => {
    const wrong = {
      model: "allowed",
      messages: "not a list",
    } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
    expect(await failure(developer.chat.completions.create(wrong))).toBeInstanceOf(OpenAI.BadRequestError);
  });

  test("leaves the edge working", async () => {
    expect((await developer.chat.completions.create(ask("hello"))).choices).toHaveLength(1);
    expect(stack.edge.log()).not.toContain("internal");
  });
});

describe("an LLM's key", () => {
  const llm = (name: string, key: string, url: string) => ({
    name,
    type: "openai",
    model: "m",
    url,
    apiKeyRef: { name: "keys", key },
  });

  test(
    verifies("inference.auth-probe", "is tried when it is set, and refused where the provider refuses it"),
    async () => {
      const { admin } = stack;
      await admin.create("secrets", { name: "keys", data: { right: KEY, wrong: "sk-another" } });
      const refused = await admin.call("POST", "/api/v1/llms", llm("probed", "wrong", provider.url));
      expect(refused.status).toBe(422);
      expect(JSON.stringify(refused.body)).toContain("Incorrect API key provided");
      expect((await admin.call("GET", "/api/v1/llms/probed")).status).toBe(404);
      const skipped = { ...llm("skipped", "wrong", provider.url), _skipAuthCheck: true };
      expect(await admin.create("llms", skipped)).not.toHaveProperty("_skipAuthCheck");
      await admin.create("llms", llm("probed", "right", provider.url));
    },
  );

  test(verifies("inference.auth-probe", "of a provider that can't be asked is a warning"), async () => {
    const made = await stack.admin.call("POST", "/api/v1/llms", llm("away", "right", "http://127.0.0.1:9"));
    expect(made.status).toBe(201);
    expect(made.headers.get("warning")).toMatch(/^299 mcpctl "/);
  });
});

test(verifies("audit.inference", "each answered request leaves one record with its tokens"), async () => {
  const whole = await developer.chat.completions.create(ask("hello")).withResponse();
  const { data, response } = await developer.chat.completions
    .create({ ...ask("hello"), stream: true, stream_options: { include_usage: true } })
    .withResponse();
  for await (const _ of data);
  const wanted = [whole.response, response].map((r) => r.headers.get("x-request-id"));
  const recorded = async () =>
    z
      .array(z.looseObject({ correlation: z.string(), token_name: z.string(), payload: z.looseObject({}) }))
      .parse(await rows(stack.edge.databaseUrl, "select * from auditevent where kind = 'llm_inference_call'"))
      .filter((r) => wanted.includes(r.correlation));
  await until("both are recorded", async () => (await recorded()).length >= 2);
  const records = await recorded();
  expect(records).toHaveLength(2);
  expect(records.map((r) => r.payload["streaming"]).sort()).toEqual([false, true]);
  for (const record of records) {
    expect(record.token_name).toBe("developer");
    expect(record.payload).toMatchObject({ llm: "allowed", status: 200, tokensIn: 9, tokensOut: 4 });
  }
});
