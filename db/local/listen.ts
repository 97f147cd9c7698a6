import { once } from "node:events";
import type { Server } from "node:net";

/** Listens on the loopback interface only. @param port 0: any free one. @returns the port. @throws where it is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address with a port");
  return address.port;
}
