/** A real model from end to end: llama.cpp's server, published by mcplocal, asked by the openai package. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SmallModel, startSmallModel } from "../fakes/small-model.ts";
import { rows } from "../harness/rows.ts";
import { type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

let model: SmallModel | undefined;
let missing: string | undefined;
let stack: Stack | undefined;

beforeAll(async () => {
  const started = await startSmallModel();
  if ("missing" in started) {
    missing = started.missing;
    return;
  }
  model = started;
  stack = await startStack();
  const owner = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
  mkdirSync(path.join(owner.home, "mcpctl"), { recursive: true });
  writeFileSync(
    path.join(owner.home, "mcpctl", "config.yaml"),
    `publish:\n  - { url: "${model.url}", model: ${model.model}, name: small, slots: 1 }\n`,
  );
  const agent = owner.mcplocal(["publish"]);
  const { admin } = stack;
  await until(
    () => `small is published; mcplocal said ${agent.output()}`,
    async () => {
      const { status, body } = await admin.call("GET", "/api/v1/llms/small");
      return status === 200 && JSON.stringify(body).includes('"active"');
    },
  );
});

afterAll(async () => {
  await stack?.stop();
  await model?.stop();
});

test(
  verifies(
    "virtual.real-model",
    "a real small model answers through the edge as a stream, and its tokens are recorded",
  ),
  async (context) => {
    if (!stack) return context.skip(missing);
    const client = stack.openai(stack.admin.token);
    const stream = await client.chat.completions.create({
      model: "small",
      messages: [{ role: "user", content: "Name a colour." }],
      max_tokens: 24,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    const arrivals: number[] = [];
    let said = "";
    let tokens = 0;
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.delta.content;
      if (piece) arrivals.push(performance.now());
      said += piece ?? "";
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect(said.trim().length).toBeGreaterThan(3);
    expect(arrivals.length).toBeGreaterThan(3);
    // A model speaks token by token: were anything gathered on the way, they would arrive together.
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(5 * (arrivals.length - 1));
    const { databaseUrl } = stack.edge;
    const recorded = () => rows(databaseUrl, "select payload from auditevent where kind = 'llm_inference_call'");
    await until("the call is recorded", async () => (await recorded()).length === 1);
    expect((await recorded())[0]?.["payload"]).toMatchObject({ llm: "small", streaming: true, tokensOut: tokens });
  },
);
