import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Edge } from "./edge.ts";
import { finalReason } from "./verdict.ts";

async function answering(body: string): Promise<Edge> {
  const server = createServer((_, answer) => answer.end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Edge(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "0");
}

const request = { protocol: 1, llms: [], agents: [], capacity: { slots: 1 }, host: { hostname: "h", platform: "p" } };

test.each(["{}", "[]", '{"ok":true}', "<html>Sign in to the network</html>", ""])(
  "something else that says that all is well (%s) is no edge",
  async (body) => {
    const edge = await answering(body);
    const error = await edge.register("t", request).catch((e) => e);
    expect(finalReason(error, edge.url, true)).toMatchObject({
      exit: 5,
      message: `${edge.url} is not an mcpctl edge: it answered 200, but not as an edge does.`,
    });
    expect(finalReason(error, edge.url, false)).toBeUndefined();
  },
);
