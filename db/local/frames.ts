/**
 * Cuts the bytes of a Postgres client into messages. PostgreSQL's documentation, "Frontend/Backend Protocol": a first message
 * has no type byte; every later one is a type byte and a length that counts itself.
 */

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const PROTOCOL_MAJOR = 3;

export type Frame =
  /** Asks for encryption: answered with one byte, then the real start follows. */
  | { is: "encryption" }
  | { is: "cancel" }
  | { is: "startup" }
  /** `type` is the letter of the message, `bytes` the whole of it. */
  | { is: "message"; type: string; bytes: Buffer };

/** The peer does not speak Postgres, or says more at once than is allowed. */
export class FrameError extends Error {}

export class FrontendFrames {
  readonly #maxBytes: number;
  #pending: Buffer = Buffer.alloc(0);
  #started: boolean;

  /** @param maxBytes longest message accepted. @param started whether the first message is already behind. */
  constructor(maxBytes: number, started = false) {
    this.#maxBytes = maxBytes;
    this.#started = started;
  }

  /** @throws FrameError; nothing after it can be understood. */
  push(chunk: Buffer): Frame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    const prefix = this.#started ? 1 : 0;
    if (this.#pending.length < prefix + 4) return undefined;
    const length = this.#pending.readInt32BE(prefix) + prefix;
    const least = this.#started ? 5 : 8;
    if (length < least || length > this.#maxBytes)
      throw new FrameError(`a message of ${length} bytes; between ${least} and ${this.#maxBytes} are accepted`);
    if (this.#pending.length < length) return undefined;
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    if (this.#started) return { is: "message", type: String.fromCharCode(bytes.readUInt8(0)), bytes };

    const code = bytes.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return { is: "encryption" };
    if (code === CANCEL_REQUEST) return { is: "cancel" };
    if (code >>> 16 !== PROTOCOL_MAJOR) throw new FrameError(`protocol ${code >>> 16}; only 3 is spoken`);
    this.#started = true;
    return { is: "startup" };
  }
}

/** How many statements a message runs: `Query` and `Execute` run one, all others prepare or end one. */
export function statementsIn(frame: Frame): number {
  return frame.is === "message" && (frame.type === "Q" || frame.type === "E") ? 1 : 0;
}

/**
 * The message with the name of the prepared statement in it changed. Connections that share one session share its names, so
 * each gets names of its own. The unnamed statement stays unnamed.
 */
export function renameStatement(bytes: Buffer, rename: (name: string) => string): Buffer {
  const type = String.fromCharCode(bytes.readUInt8(0));
  let start: number;
  if (type === "P") start = 5;
  else if (type === "B") start = bytes.indexOf(0, 5) + 1;
  else if ((type === "D" || type === "C") && bytes.length > 5 && bytes.readUInt8(5) === "S".charCodeAt(0)) start = 6;
  else return bytes;
  const end = bytes.indexOf(0, start);
  if (start < 5 || end <= start) return bytes;
  const name = Buffer.from(rename(bytes.toString("utf8", start, end)));
  const renamed = Buffer.concat([bytes.subarray(0, start), name, bytes.subarray(end)]);
  renamed.writeInt32BE(renamed.length - 1, 1);
  return renamed;
}

/** A message to the server: `message("Q", "ROLLBACK")`. Text is closed with a zero byte. */
export function message(type: string, ...texts: string[]): Buffer {
  const body = Buffer.concat(texts.map((text) => Buffer.from(`${text}\0`)));
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** ErrorResponse. Severity FATAL says that the connection ends here. */
export function errorResponse(severity: "ERROR" | "FATAL", sqlState: string, text: string): Buffer {
  const fields = `S${severity}\0V${severity}\0C${sqlState}\0M${text}\0\0`;
  const head = Buffer.alloc(5);
  head.write("E", 0, "latin1");
  head.writeInt32BE(Buffer.byteLength(fields) + 4, 1);
  return Buffer.concat([head, Buffer.from(fields)]);
}
