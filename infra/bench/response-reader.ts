/**
 * Reads HTTP/1.1 responses from one kept-alive connection, as bytes come, whatever way they are cut. It does as little as
 * can be done to know where an answer ends, so that the load generator costs less than what it measures (RFC 9112, 6 and 7).
 */
export interface ResponseEvents {
  head(status: number): void;
  body(bytes: Buffer): void;
  end(): void;
}

type State = "head" | "length" | "size" | "data" | "trailer" | "until-close";

export class ResponseReader {
  #state: State = "head";
  #held = "";
  /** Bytes of the body, or of the chunk, still to come. */
  #left = 0;
  readonly #events: ResponseEvents;
  /** The peer said that it closes after this answer. */
  closing = false;

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  /** Whether an answer has begun and not ended. */
  get inside(): boolean {
    return this.#state !== "head" || this.#held !== "";
  }

  /** @throws Error where the peer does not speak HTTP/1.1. */
  feed(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "until-close") {
        this.#events.body(bytes.subarray(at));
        return;
      }
      if (this.#state === "length" || this.#state === "data") {
        const stop = Math.min(bytes.length, at + this.#left);
        this.#events.body(at === 0 && stop === bytes.length ? bytes : bytes.subarray(at, stop));
        this.#left -= stop - at;
        at = stop;
        if (this.#left === 0 && this.#state === "length") this.#finish();
        else if (this.#left === 0) this.#state = "size";
      } else at = this.#line(bytes, at);
    }
  }

  /** The connection ended: the end of an answer without a length, or a cut. */
  close(): void {
    if (this.#state === "until-close") this.#finish();
  }

  /** Heads, sizes of chunks and trailers are text, gathered until its terminator is there. */
  #line(bytes: Buffer, at: number): number {
    const terminator = this.#state === "head" ? "\r\n\r\n" : "\r\n";
    const before = this.#held.length;
    // One buffer can hold hundreds of short chunks: reading it to its end for each would cost more than the rest.
    const window = this.#state === "head" ? bytes.length : Math.min(bytes.length, at + 64);
    this.#held += bytes.toString("latin1", at, window);
    // The line break after a chunk's data stands before the next size.
    const skip = this.#state === "size" && this.#held.startsWith("\r\n") ? 2 : 0;
    const end = this.#held.indexOf(terminator, skip);
    if (end < 0) return window;
    const text = this.#held.slice(skip, end);
    this.#held = "";
    if (this.#state === "head") this.#head(text);
    else if (this.#state === "size") {
      this.#left = Number.parseInt(text, 16);
      if (Number.isNaN(this.#left)) throw new Error(`not the size of a chunk: ${JSON.stringify(text)}`);
      this.#state = this.#left === 0 ? "trailer" : "data";
    } else if (text === "") this.#finish();
    return at + end + terminator.length - before;
  }

  #head(text: string): void {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
    if (!status) throw new Error(`not an answer of HTTP/1.1: ${JSON.stringify(text.slice(0, 80))}`);
    this.closing = /\r\nconnection: *close/i.test(text);
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    this.#left = Number(length ?? 0);
    this.#events.head(Number(status));
    if (/\r\ntransfer-encoding: *chunked/i.test(text)) this.#state = "size";
    else if (length === undefined) this.#state = "until-close";
    else if (this.#left > 0) this.#state = "length";
    else this.#finish();
  }

  #finish(): void {
    this.#state = "head";
    this.#events.end();
  }
}
