/** The publishers' protocol against a real edge, spoken by hand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiOf } from "../../infra/api-client.ts";
import { startEdge, type TestEdge } from "../../infra/harness.ts";
import { publish } from "../fakes/raw-publisher.ts";
import { until } from "../stack.ts";
import { rows } from "../store.ts";

let edge: TestEdge;
let admin: Api;

beforeAll(async () => {
  edge = await startEdge();
  admin = apiOf(edge.url, (await edge.bootstrap()).token);
});
afterAll(() => edge?.stop());

const chat = (model: string, more: Record<string, unknown> = {}) =>
  admin.call("POST", "/v1/chat/completions", { model, messages: [{ role: "user", content: "hi" }], ...more });

const completion = { id: "x", object: "chat.completion", created: 1, model: "m", choices: [] };

async function statusOf(name: string): Promise<Record<string, unknown>> {
  const [row] = await rows(edge.databaseUrl, `select status from llm where name = '${name}'`);
  return row?.["status"] as Record<string, unknown>;
}

describe("a task", () => {
  test("goes out at once and its answer comes back as it was", async () => {
    const publisher = await publish(admin, { names: ["round-trip"] });
    const channel = await publisher.open();
    expect(await statusOf("round-trip")).toMatchObject({
      lifecycle: "virtual",
      state: "active",
      publisher: publisher.id,
    });
    const answer = chat("round-trip");
    const task = await channel.next("infer");
    expect(task).toMatchObject({
      llm: "round-trip",
      model: "model-of-round-trip",
      path: "/v1/chat/completions",
      stream: false,
    });
    expect(JSON.parse(task.body)).toMatchObject({ model: "model-of-round-trip" });
    expect(JSON.stringify(task)).not.toContain(admin.token);
    expect(await publisher.result(task.taskId, JSON.stringify({ status: 200, body: completion }))).toMatchObject({
      status: 200,
    });
    expect(await answer).toMatchObject({ status: 200, body: completion });
    channel.close();
    await until("it is inactive", async () => (await statusOf("round-trip"))["state"] === "inactive");
  });
});
