import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { listen } from "./listen.ts";
import { relay } from "./relay.ts";

test("a client that goes while the store is being reached leaves no connection to it behind", async () => {
  const reached: Socket[] = [];
  const store = createServer((socket) => void reached.push(socket.resume()));
  const port = await listen(store, 0);
  const bridge = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(bridge, "listening");
  bridge.on("connection", (client) => {
    client.terminate();
    client.once("close", () => relay(client, `postgresql://u:p@127.0.0.1:${port}/db`, 1024, () => {}));
  });
  const client = new WebSocket(`ws://127.0.0.1:${(bridge.address() as { port: number }).port}`);
  client.on("error", () => {});
  await once(client, "close");
  await expect.poll(() => reached.length).toBe(1);
  await expect.poll(() => reached[0]?.destroyed).toBe(true);
  bridge.close();
  store.close();
});
