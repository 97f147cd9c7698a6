/** A client as a bare socket, so that a test decides how it hangs up. */
import { once } from "node:events";
import { connect } from "node:net";

export interface Caller {
  /** All that came so far, head included. */
  got(): string;
  /** Closes the connection as a program that ends does: politely, with nothing left unread. */
  hangUp(): void;
  /** Resolves when the other side ended the connection, or it broke. */
  ended: Promise<unknown>;
}

/** @param url of the edge, or of what stands in front of it. */
export async function call(url: string, path: string, token: string, body: object): Promise<Caller> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let got = "";
  socket.on("data", (data: Buffer) => {
    got += data;
  });
  socket.on("error", () => {});
  const ended = once(socket, "close").catch(() => {});
  await once(socket, "connect");
  const json = JSON.stringify(body);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
  return { got: () => got, hangUp: () => socket.destroy(), ended };
}
