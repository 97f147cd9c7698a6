import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { baseUrl } from "#db/protocol/base-url";
import type { InferTask } from "#db/protocol/publisher";
import { Edge } from "./edge.ts";
import { Tasks } from "./tasks.ts";

async function listen(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers everything, as an edge that takes a result does and as a model server that is pleased, and keeps what it got. */
async function listening() {
  const got: { request: IncomingMessage; body: string }[] = [];
  const { url } = await listen(async (request, answer) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    got.push({ request, body });
    answer.setHeader("content-type", "application/json").end('{"accepted":true}');
  });
  return { url, got };
}

const session = { providerSessionId: "s", sessionSecret: "x" };
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
  const published = [{ name: "home", model: "real", url: server.url, base: baseUrl(server.url) }];
  const tasks = new Tasks(new Edge(edge.url, "0"), published, () => {});
  await tasks.run({ ...task, ...other }, session);
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

test("a model server that closes each connection it has served meets no request of the agent's", async () => {
  const statuses: unknown[] = [];
  const { url } = await listen((request, response) => {
    statuses.push(request.headers["x-mcpctl-result-status"]);
    request.resume().on("end", () => response.end());
  });
  const served = new Set<object>();
  const { server, url: model } = await listen((request, response) => {
    // What crosses the close of an idle connection is lost.
    if (served.has(request.socket)) return void request.socket.destroy();
    served.add(request.socket);
    request.resume().on("end", () => response.end("{}"));
  });
  server.keepAliveTimeout = 5_000;
  const published = [{ name: "home", model: "real", url: model, base: baseUrl(model) }];
  const log: string[] = [];
  const tasks = new Tasks(new Edge(url, "1"), published, (_level, _event, text) => void log.push(text));
  for (let i = 0; i < 5; i++) await tasks.run({ ...task, taskId: `t${i}` }, session);
  expect(log).toEqual([]);
  expect(statuses).toEqual(["200", "200", "200", "200", "200"]);
});
