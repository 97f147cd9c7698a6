import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DemoModel, startDemoModel } from "./demo-model.ts";

let demo: DemoModel;
let client: OpenAI;
beforeAll(async () => {
  demo = await startDemoModel(0, 1);
  client = new OpenAI({ baseURL: `${demo.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => demo.close());

const messages = [{ role: "user" as const, content: "What about bananas?" }];

test("lists itself", async () => {
  expect((await client.models.list()).data.map((model) => model.id)).toEqual(["demo"]);
  expect((await fetch(`${demo.url}/health`)).status).toBe(200);
});

test("says that it is a demonstration and what it was asked", async () => {
  const answer = await client.chat.completions.create({ model: "demo", messages });
  expect(answer.choices[0]?.message.content).toMatch(/demo model.*bananas/);
  expect(answer.choices[0]?.finish_reason).toBe("stop");
  expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
});

test("streams the same words one by one, with the usage where it is asked for", async () => {
  const whole = await client.chat.completions.create({ model: "demo", messages });
  const stream = await client.chat.completions.create({
    model: "demo",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let said = "";
  let pieces = 0;
  let usage: unknown;
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content;
    if (piece) {
      said += piece;
      pieces++;
    }
    usage = chunk.usage ?? usage;
  }
  expect(said).toBe(whole.choices[0]?.message.content);
  expect(pieces).toBeGreaterThan(10);
  expect(usage).toEqual(whole.usage);
});

test("a stream without usage has none and ends with [DONE]", async () => {
  const answer = await fetch(`${demo.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "demo", messages, stream: true }),
  });
  const body = await answer.text();
  expect(body).not.toContain("usage");
  expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("keeps to max_tokens and says that it was cut", async () => {
  const { choices, usage } = await client.chat.completions.create({
    model: "demo",
    messages,
    max_completion_tokens: 3,
  });
  expect(choices[0]).toMatchObject({ finish_reason: "length", message: { content: "This is the" } });
  expect(usage?.completion_tokens).toBe(3);
});

test.each([
  ["{", 400],
  ["null", 400],
  ['{"model":"demo","messages":[]}', 400],
  ['{"model":"demo","messages":[{"role":"user","content":7}]}', 400],
  ['{"model":"gpt-5","messages":[{"role":"user","content":"Hello"}]}', 404],
  ["x".repeat(5 * 1024 * 1024), 413],
])("%.60s is refused in OpenAI's shape", async (body, status) => {
  const answer = await fetch(`${demo.url}/v1/chat/completions`, { method: "POST", body });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error", message: expect.any(String) } });
});

test("a client that hangs up ends its answer and no other", async () => {
  const hangUp = new AbortController();
  const answer = await fetch(`${demo.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "demo", messages, stream: true }),
    signal: hangUp.signal,
  });
  await answer.body?.getReader().read();
  hangUp.abort();
  const next = await client.chat.completions.create({ model: "demo", messages });
  expect(next.choices).toHaveLength(1);
});
