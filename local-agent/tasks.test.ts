import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { InferTask } from "#db/protocol/publisher";
import { Edge } from "./edge.ts";
import { Tasks } from "./tasks.ts";

/** Answers everything, as an edge that takes a result does and as a model server that is pleased, and keeps what it got. */
async function listening() {
  const got: { request: IncomingMessage; body: string }[] = [];
  const server = createServer(async (request, answer) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    got.push({ request, body });
    answer.setHeader("content-type", "application/json").end('{"accepted":true}');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

const task: InferTask = {
  kind: "infer",
  taskId: "t",
  llm: "home",
  model: "real",
  path: "/v1/chat/completions",
  headers: {},
  body: ' {"model" : "real","n":1.0}',
  stream: false,
};

async function run(other: Partial<InferTask>) {
  const [edge, server] = [await listening(), await listening()];
  const published = [{ name: "home", model: "real", url: server.url }];
  const tasks = new Tasks(new Edge(edge.url, "0"), published, () => {});
  await tasks.run({ ...task, ...other }, { providerSessionId: "s", sessionSecret: "x" });
  return { edge: edge.got, server: server.got };
}

test("what was checked as JSON is sent as JSON, byte for byte, whatever the task says of it", async () => {
  for (const type of ["multipart/form-data; boundary=x", "application/json; charset=utf-16", "text/plain"]) {
    const { server } = await run({ headers: { "content-type": type, "Content-Type": type } });
    expect(server.map(({ request, body }) => [request.headers["content-type"], body])).toEqual([
      ["application/json", task.body],
    ]);
  }
});

test("a body that two readers would understand in two ways never reaches the model server", async () => {
  for (const body of [
    '{"model":"other","model":"real"}',
    '{"model":"real","Model":"other"}',
    '{"model":"real","models":["other"]}',
  ]) {
    const { edge, server } = await run({ body });
    expect(server).toEqual([]);
    expect(edge.map((e) => JSON.parse(e.body))).toEqual([
      { error: { status: 400, message: expect.stringMatching(/model/i) } },
    ]);
  }
});
