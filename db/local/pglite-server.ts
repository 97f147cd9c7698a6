/**
 * PGlite on a TCP port. PGlite is a single session, so connections take turns: a turn is one exchange up to its Sync, or a
 * whole transaction. (The package's own socket server hands single messages to the session, which mixes the unnamed
 * statements of two clients.)
 *
 * What stays shared is what belongs to a session rather than a transaction: `SET` without `LOCAL`, temporary tables, advisory
 * locks, LISTEN.
 */
import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { PGlite } from "@electric-sql/pglite";
import { errorResponse, type Frame, FrameError, FrontendFrames, message, renameStatement } from "./frames.ts";
import { listen } from "./listen.ts";
import { Turns } from "./turns.ts";

export interface PgliteServerOptions {
  pglite: PGlite;
  /** Asked for in clear text: the port is on the loopback interface only. */
  password: string;
  /** 0 or none: any free one. */
  port?: number | undefined;
  /** Longest message in bytes, and the most that is gathered before a Sync. */
  maxMessageBytes?: number;
  /** How long a transaction may wait for its client while everybody else waits for it, ms. PostgreSQL's idle_in_transaction_session_timeout. */
  idleInTransactionMs?: number;
  /** PGlite itself failed (its disk is full, its memory ran out): nothing it says can be trusted after that. */
  onBroken?: (cause: unknown) => void;
}

export interface PgliteServer {
  port: number;
  close(): Promise<void>;
}

export async function startPgliteServer(options: PgliteServerOptions): Promise<PgliteServer> {
  const turns = new Turns();
  const open = new Map<Socket, Promise<void>>();
  let lastId = 0;
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    // Broken pipes end the loop below; without a listener they would end the process.
    socket.on("error", () => socket.destroy());
    const connection = new Connection(socket, `c${++lastId}_`, turns, options);
    const done = connection.serve().finally(() => {
      socket.destroy();
      open.delete(socket);
    });
    open.set(socket, done);
  });
  const port = await listen(server, options.port ?? 0);
  return {
    port,
    async close() {
      const closed = once(server, "close");
      server.close();
      const ending = [...open.values()];
      for (const socket of open.keys()) socket.destroy();
      await Promise.allSettled(ending);
      await closed;
    },
  };
}

/** Messages after which the client waits for an answer. Copy data counts, so that it is not gathered without end. */
const boundaries = new Set(["S", "Q", "H", "F", "d", "c", "f"]);

class Connection {
  readonly #socket: Socket;
  readonly #prefix: string;
  readonly #turns: Turns;
  readonly #options: PgliteServerOptions;
  readonly #maxBytes: number;
  readonly #statements = new Set<string>();
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #endTurn: (() => void) | undefined;
  #unsynced = false;
  #idle: NodeJS.Timeout | undefined;
  #authenticated = false;

  constructor(socket: Socket, prefix: string, turns: Turns, options: PgliteServerOptions) {
    this.#socket = socket;
    this.#prefix = prefix;
    this.#turns = turns;
    this.#options = options;
    this.#maxBytes = options.maxMessageBytes ?? 64 * 1024 * 1024;
  }

  /** Until the client goes or is sent away. Never rejects. */
  async serve(): Promise<void> {
    const frames = new FrontendFrames(this.#maxBytes);
    try {
      for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
        for (const frame of frames.push(chunk)) if (!(await this.#take(frame))) return;
      }
    } catch (error) {
      if (error instanceof FrameError) await this.#sendAway("08P01", `The message can't be read: ${error.message}.`);
      // Anything else is the socket's own end.
    } finally {
      await this.#leave();
    }
  }

  /** @returns whether to go on. */
  async #take(frame: Frame): Promise<boolean> {
    if (frame.is === "encryption") return this.#write(Buffer.from("N"));
    if (frame.is === "cancel") return false;
    if (frame.is === "startup") return this.#write(authenticationRequest);
    if (!this.#authenticated) return this.#authenticate(frame.type, frame.bytes);
    if (frame.type === "X") return false;

    this.#gathered.push(this.#rename(frame.type, frame.bytes));
    this.#gatheredBytes += frame.bytes.length;
    if (this.#gatheredBytes > this.#maxBytes) throw new FrameError(`more than ${this.#maxBytes} bytes without a Sync`);
    if (!boundaries.has(frame.type)) return true;
    const batch = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    return this.#exchange(batch, frame.type === "H");
  }

  async #authenticate(type: string, bytes: Buffer): Promise<boolean> {
    const given = bytes.subarray(5, -1);
    const wanted = Buffer.from(this.#options.password);
    if (type !== "p" || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      await this.#sendAway(
        "28P01",
        "The password is wrong. The connection string that was printed at start has the right one.",
      );
      return false;
    }
    this.#authenticated = true;
    return this.#write(greeting);
  }

  #rename(type: string, bytes: Buffer): Buffer {
    return renameStatement(bytes, (name) => {
      if (type === "P") this.#statements.add(name);
      return this.#prefix + name;
    });
  }

  async #exchange(batch: Buffer, unsynced: boolean): Promise<boolean> {
    clearTimeout(this.#idle);
    this.#endTurn ??= await this.#turns.take();
    this.#unsynced = unsynced;
    const answered = await this.#execute(batch);
    if (!answered) return false;
    const inTransaction = this.#options.pglite.isInTransaction();
    if (!inTransaction && !unsynced) this.#finishTurn();
    else this.#idle = setTimeout(() => void this.#expire(), this.#options.idleInTransactionMs ?? 30_000);
    return this.#drained();
  }

  async #execute(batch: Buffer): Promise<boolean> {
    try {
      await this.#options.pglite.execProtocolRawStream(new Uint8Array(batch), {
        // PGlite writes its next bytes into the same buffer.
        onRawData: (data) => void (this.#socket.writable && this.#socket.write(Buffer.from(data))),
      });
      return true;
    } catch (error) {
      await this.#sendAway("58030", `The embedded store failed: ${error instanceof Error ? error.message : error}`);
      this.#options.onBroken?.(error);
      return false;
    }
  }

  async #expire(): Promise<void> {
    await this.#sendAway("25P03", "The transaction waited too long for its client while all others waited for it.");
    this.#socket.destroy();
  }

  /** Leaves the session as a new connection expects to find it. */
  async #leave(): Promise<void> {
    clearTimeout(this.#idle);
    const unfinished = this.#endTurn !== undefined;
    if (!unfinished && this.#statements.size === 0) return;
    this.#endTurn ??= await this.#turns.take();
    const { pglite } = this.#options;
    if (!pglite.closed) {
      const tidy = [...this.#statements].map((name) => message("C", `S${this.#prefix}${name}`));
      const sync = [...(this.#unsynced ? [message("S")] : []), ...(unfinished ? [message("Q", "ROLLBACK")] : [])];
      try {
        for (const step of [...sync, Buffer.concat([...tidy, message("S")])])
          await pglite.execProtocolRawStream(new Uint8Array(step), { onRawData: () => {} });
      } catch (error) {
        this.#options.onBroken?.(error);
      }
    }
    this.#finishTurn();
  }

  #finishTurn(): void {
    this.#endTurn?.();
    this.#endTurn = undefined;
  }

  async #sendAway(sqlState: string, text: string): Promise<void> {
    if (this.#socket.writable) this.#socket.end(errorResponse("FATAL", sqlState, text));
  }

  #write(bytes: Buffer): boolean {
    if (this.#socket.writable) this.#socket.write(bytes);
    return this.#socket.writable;
  }

  /** Waits for a slow reader, so that answers don't pile up in memory. */
  async #drained(): Promise<boolean> {
    if (this.#socket.writableNeedDrain) await Promise.race([once(this.#socket, "drain"), once(this.#socket, "close")]);
    return this.#socket.writable;
  }
}

function backend(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const CLEARTEXT_PASSWORD = 3;
const authenticationRequest = backend("R", int32(CLEARTEXT_PASSWORD));

const parameters = {
  server_version: "18.0",
  server_encoding: "UTF8",
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  integer_datetimes: "on",
  standard_conforming_strings: "on",
  TimeZone: "UTC",
};

const greeting = Buffer.concat([
  backend("R", int32(0)),
  ...Object.entries(parameters).map(([name, value]) => backend("S", Buffer.from(`${name}\0${value}\0`))),
  backend("K", Buffer.concat([int32(0), int32(0)])),
  backend("Z", Buffer.from("I")),
]);
