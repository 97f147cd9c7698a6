/** Somebody with a GPU at home: publishes from another terminal, goes, comes back. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer, streamOf } from "../fakes/model-server.ts";
import { type Person, type Running, type Stack, startStack } from "../harness/stack.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";

let stack: Stack;
let gpu: ModelServer;
let owner: Person;
let caller: OpenAI;
let callersToken: string;
let running: Running | undefined;

beforeAll(async () => {
  gpu = await startModelServer();
  stack = await startStack();
  owner = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
  mkdirSync(path.join(owner.home, "mcpctl"), { recursive: true });
  writeFileSync(
    path.join(owner.home, "mcpctl", "config.yaml"),
    `publish:\n  - { url: "${gpu.url}", model: tiny, name: home, slots: 2 }\n`,
  );
  const bindings = [{ role: "run", resource: "llms" }];
  callersToken = String((await stack.admin.create("mcptokens", { name: "caller", bindings }))["token"]);
  caller = stack.openai(callersToken);
});

afterAll(async () => {
  await stack?.stop();
  await gpu?.stop();
});

const hello = { model: "home", messages: [{ role: "user" as const, content: "hello" }] };
const row = async () =>
  (await stack.admin.read("/api/v1/llms/home")) as { id: string; status: Record<string, unknown> };
const state = (wanted: string, ms?: number) =>
  until(`home is ${wanted}`, async () => (await row()).status["state"] === wanted, ms);

async function publish(): Promise<Running> {
  running = owner.mcplocal(["publish"]);
  const { ended, output } = running;
  const over = ended.then(({ code }) => {
    throw new Error(`mcplocal ended with ${code}: ${output()}`);
  });
  over.catch(() => {});
  await Promise.race([
    over,
    until("home is published", () =>
      row().then(
        (r) => r.status["state"] === "active",
        () => false,
      ),
    ),
  ]);
  return running;
}

let firstId: string;

describe("a model at home", () => {
  test(verifies("virtual.publish", "is listed as virtual and active, and answers"), async () => {
    await publish();
    const published = await row();
    firstId = published.id;
    expect(published.status).toMatchObject({ lifecycle: "virtual", state: "active" });
    const completion = await caller.chat.completions.create(hello);
    expect(completion.choices[0]?.message.content).toBe("Hello, world!");
  });

  test("streams the very bytes of its server", async () => {
    const answer = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${callersToken}`, "content-type": "application/json" },
      body: JSON.stringify({ ...hello, stream: true, stream_options: { include_usage: true } }),
    });
    expect(await answer.text()).toBe(streamOf("tiny", true));
  });

  test(verifies("virtual.no-caller-token", "never learns who asks"), () => {
    expect(gpu.seen.length).toBeGreaterThan(1);
    expect(JSON.stringify(gpu.seen)).not.toContain(callersToken);
  });

  test(verifies("virtual.cancel", "stops when the caller hangs up"), async () => {
    const stream = await caller.chat.completions.create({
      model: "home",
      messages: [{ role: "user", content: "trickle" }],
      stream: true,
    });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    const asked = gpu.seen.at(-1);
    await until("the model server's request ends", () => asked?.aborted === true, 3_000);
  });

  test(
    verifies(["virtual.inactive-at-once", "virtual.drain"], "is inactive as soon as it stops, and says so"),
    async () => {
      running?.process.kill("SIGTERM");
      expect((await running?.ended)?.code).toBe(0);
      await state("inactive", 2_000);
      const refused = await caller.chat.completions.create(hello).catch((e: unknown) => e);
      if (!(refused instanceof OpenAI.InternalServerError))
        throw new Error(`not a 503 of the package: ${String(refused)}`);
      expect(refused.status).toBe(503);
      expect(refused.message).toMatch(/home/);
      expect(Number(refused.headers?.get("retry-after"))).toBeGreaterThan(0);
    },
  );

  test(verifies("virtual.sticky", "comes back as the same row"), async () => {
    await publish();
    expect((await row()).id).toBe(firstId);
    expect((await caller.chat.completions.create(hello)).choices).toHaveLength(1);
  });

  test("fails its streams at once when it is killed, with an error and no [DONE]", async () => {
    const answer = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${callersToken}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "home", stream: true, messages: [{ role: "user", content: "trickle" }] }),
    });
    let text = "";
    let killed = false;
    const decoder = new TextDecoder();
    if (!answer.body) throw new Error("the stream has no body");
    for await (const bytes of answer.body) {
      text += decoder.decode(bytes, { stream: true });
      if (!killed) killed = running?.process.kill("SIGKILL") ?? false;
    }
    expect(killed).toBe(true);
    expect(text).toContain("drop");
    expect(text).not.toContain("[DONE]");
    expect(text.split('"error"')).toHaveLength(2);
    await state("inactive", 5_000);
  });
});

test(
  verifies(
    "virtual.conflict",
    "publishing under the name of a model that was made by hand is refused, and nothing changes",
  ),
  async () => {
    await stack.admin.create("llms", { name: "taken", type: "vllm", model: "m", url: gpu.url });
    const before = await stack.admin.read("/api/v1/llms/taken");
    const other = stack.person({ MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token });
    mkdirSync(path.join(other.home, "mcpctl"), { recursive: true });
    writeFileSync(
      path.join(other.home, "mcpctl", "config.yaml"),
      `publish:\n  - { url: "${gpu.url}", model: tiny, name: taken }\n`,
    );
    const agent = other.mcplocal(["publish"]);
    await agent.says(/taken/);
    agent.process.kill("SIGTERM");
    await agent.ended;
    expect(await stack.admin.read("/api/v1/llms/taken")).toEqual(before);
  },
);
