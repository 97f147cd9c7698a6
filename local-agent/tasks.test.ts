import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { baseUrl } from "#db/protocol/base-url";
import { Edge } from "./edge.ts";
import { Tasks } from "./tasks.ts";

async function listen(answer: RequestListener) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

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
  const published = [{ name: "m", model: "m", url: model, base: baseUrl(model) }];
  const log: string[] = [];
  const tasks = new Tasks(new Edge(url, "1"), published, (_level, _event, text) => void log.push(text));
  const task = {
    kind: "infer",
    llm: "m",
    model: "m",
    path: "/v1/chat/completions",
    headers: {},
    stream: false,
  } as const;
  for (let i = 0; i < 5; i++)
    await tasks.run(
      { ...task, taskId: `t${i}`, body: '{"model":"m"}' },
      { providerSessionId: "s", sessionSecret: "s" },
    );
  expect(log).toEqual([]);
  expect(statuses).toEqual(["200", "200", "200", "200", "200"]);
});
