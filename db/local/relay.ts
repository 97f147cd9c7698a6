/** A WebSocket's bytes to and from PostgreSQL's own port, encrypted there where the connection string asks for it. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createWebSocketStream, type WebSocket } from "ws";
import { FrameError, FrontendFrames, statementsIn } from "./frames.ts";

/** @param counted is told how many statements went by. */
export function relay(client: WebSocket, databaseUrl: string, maxBytes: number, counted: (n: number) => void): void {
  const down = createWebSocketStream(client);
  down.on("error", () => down.destroy());
  openPostgres(databaseUrl).then(
    (up) => {
      // It went while the store was being reached: nobody else would ever close this end.
      if (client.readyState !== client.OPEN) return void up.destroy();
      const close = () => {
        up.destroy();
        down.destroy();
      };
      up.on("error", close);
      down.on("error", close).on("close", () => up.destroy());
      // Said goodbye to: a connection that is merely cut off is an error to the driver.
      up.on("close", () => client.close(1000));
      const frames = new FrontendFrames(maxBytes);
      down.on("data", (chunk: Buffer) => {
        try {
          const statements = frames.push(chunk).reduce((sum, frame) => sum + statementsIn(frame), 0);
          if (statements > 0) counted(statements);
        } catch (error) {
          if (error instanceof FrameError) return close();
          throw error;
        }
      });
      down.pipe(up).pipe(down);
    },
    // 1011: the server met a condition that kept it from fulfilling the request (RFC 6455, 7.4.1).
    () => client.close(1011, "the store can't be reached"),
  );
}

/** The driver inside the WebSocket speaks plain text, so a server that wants TLS is asked for it here. */
async function openPostgres(databaseUrl: string): Promise<Socket> {
  const url = new URL(databaseUrl);
  const socket = connect(Number(url.port || 5432), url.hostname.replace(/^\[|\]$/g, ""));
  socket.setNoDelay(true);
  await once(socket, "connect");
  const mode = url.searchParams.get("sslmode");
  if (!mode || ["disable", "allow", "prefer"].includes(mode)) return socket;
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  const [reply] = (await once(socket, "data")) as [Buffer];
  if (reply[0] !== "S".charCodeAt(0)) {
    socket.destroy();
    throw new Error(`${url.host} does not offer TLS, which sslmode=${mode} asks for`);
  }
  const secure = connectTls({ socket, servername: url.hostname, rejectUnauthorized: mode !== "no-verify" });
  await once(secure, "secureConnect");
  return secure;
}
