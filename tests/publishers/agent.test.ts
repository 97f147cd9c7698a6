/** The real local agent in front of a real model server, against a real edge. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer, streamOf } from "../fakes/model-server.ts";
import { verifies } from "../requirements.ts";
import { type Person, type Running, type Stack, startStack, until } from "../stack.ts";
import { rows } from "../store.ts";

let stack: Stack;
let server: ModelServer;

beforeAll(async () => {
  server = await startModelServer();
  stack = await startStack();
});
afterAll(async () => {
  await stack?.stop();
  await server?.stop();
});

const ask = (model: string, content: string, stream = false) => ({
  model,
  stream,
  messages: [{ role: "user", content }],
});

const call = (model: string, content = "hi") => stack.admin.call("POST", "/v1/chat/completions", ask(model, content));

async function rowOf(name: string): Promise<{ id: string; status: { state: string; publisher: string } }> {
  const [row] = await rows(stack.edge.databaseUrl, `select id, status from llm where name = '${name}'`);
  return row as { id: string; status: { state: string; publisher: string } };
}

const becomes = (name: string, state: string) =>
  until(`${name} is ${state}`, async () => (await rowOf(name))?.status.state === state);

async function publishing(
  name: string,
  more: readonly string[] = [],
  person = stack.person(),
): Promise<{ agent: Running; person: Person }> {
  const agent = person.mcplocal(
    ["publish", "--url", `${server.url}/v1/`, "--model", `real/${name}`, "--name", name, ...more],
    {
      env: { MCPCTL_EDGE: stack.edge.url, MCPCTL_TOKEN: stack.admin.token },
    },
  );
  await agent.says("can be called");
  return { agent, person };
}

describe("a published model", () => {
  test(verifies("virtual.publish", "answers as the model server does, whole and streaming"), async () => {
    const { agent } = await publishing("answers");
    expect(await call("answers")).toMatchObject({ status: 200, body: { object: "chat.completion" } });
    const streamed = await fetch(`${stack.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.admin.token}`, "content-type": "application/json" },
      body: JSON.stringify(ask("answers", "hi", true)),
    });
    expect(await streamed.text()).toBe(streamOf("real/answers", false));
    agent.process.kill("SIGTERM");
    expect((await agent.ended).code).toBe(0);
    expect((await rowOf("answers")).status.state).toBe("inactive");
  });

  test(verifies("virtual.sticky", "has the same row after its agent was killed and started again"), async () => {
    const { agent, person } = await publishing("sticky");
    const before = await rowOf("sticky");
    agent.process.kill("SIGKILL");
    await becomes("sticky", "inactive");
    await publishing("sticky", [], person);
    const after = await rowOf("sticky");
    expect(after.id).toBe(before.id);
    expect(after.status).toMatchObject({ state: "active", publisher: before.status.publisher });
    expect(await call("sticky")).toMatchObject({ status: 200 });
  });

  test(
    verifies("virtual.inactive-at-once", "is refused at once when its agent was killed with a call in flight"),
    async () => {
      const { agent } = await publishing("killed");
      const pending = call("killed", "hang");
      await until("the model server was asked", () => server.seen.some((s) => s.body.includes("real/killed")));
      const killed = Date.now();
      agent.process.kill("SIGKILL");
      const answer = await pending;
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
      await becomes("killed", "inactive");
      expect(Date.now() - killed).toBeLessThan(6_000);
      expect(await call("killed")).toMatchObject({ status: 503, body: { error: { code: "publisher_offline" } } });
    },
  );
});
