/** A TCP door in front of a server: shut, every connection breaks and none is taken; open again, it is where it was. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface Gate {
  url: string;
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** @param target `http://host:port`. */
export async function startGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let own = 0;
  const open = async () => {
    const next = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one.on("close", () => {
          sockets.delete(one);
          other.destroy();
        });
        one.on("error", () => other.destroy());
        one.pipe(other);
      }
    });
    next.listen(own, "127.0.0.1");
    await once(next, "listening");
    own = (next.address() as AddressInfo).port;
    server = next;
  };
  await open();
  return {
    url: `http://127.0.0.1:${own}`,
    open,
    async shut() {
      server?.close();
      for (const socket of sockets) socket.destroy();
      if (server?.listening) await once(server, "close");
    },
  };
}
