/** The copy of a stream that `tee` keeps: its last bytes, whether anything came, and all of it where nobody else reads it. */
import { TAIL_BYTES } from "./usage.ts";

/** Bytes taken in one look. */
const LOOK_BYTES = 65_536;
/** A short stream fits into this; a larger buffer costs more than reading it. */
const FIRST_BYTES = 8_192;
/** A stream that is longer than this goes on without a copy: back-pressure alone bounds it then, and its usage stays unknown. */
const COPY_LIMIT = 8_388_608;

/** Milliseconds in which what a broken stream has left behind is read: all of it is here already. */
const LEFTOVERS = 100;

const decoder = new TextDecoder();

export class Copy {
  readonly #stream: ReadableStream<Uint8Array>;
  /** Made when somebody looks before the end. */
  #reader: ReadableStreamBYOBReader | undefined;
  #last: Uint8Array = new Uint8Array();
  #taken = 0;
  #heard = false;
  /** What a look found or will find: kept until somebody takes it up, or the next look lets it go. */
  #reading: { bytes: Promise<Uint8Array | undefined>; settled: boolean } | undefined;
  #ended = false;
  #broke: { cause: unknown } | undefined;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#stream = stream;
  }

  /** Whether nothing has come at all, as far as anybody has looked. */
  get empty(): boolean {
    return this.#taken === 0;
  }

  /** Whether what has come ends where an event of a stream ends. */
  get betweenEvents(): boolean {
    return endsEvent(this.#last);
  }

  /** Takes what has gathered. @returns whether anything came since the last look; always true where no copy is kept any more. */
  look(): boolean {
    if (this.#taken > COPY_LIMIT) {
      this.stop();
      return true;
    }
    const heard = this.#heard;
    this.#heard = false;
    if (!this.#ended && (this.#reading?.settled ?? true)) {
      const bytes = this.#take(LOOK_BYTES, 1);
      const reading = { bytes, settled: false };
      this.#reading = reading;
      void bytes.then(() => {
        reading.settled = true;
      });
    }
    return heard;
  }

  /** The next bytes, for who reads all of them. Undefined at the end. @throws what broke the stream */
  async next(): Promise<Uint8Array | undefined> {
    const reading = this.#reading;
    this.#reading = undefined;
    const bytes = await (reading ? reading.bytes : this.#ended ? undefined : this.#take(FIRST_BYTES, 1));
    if (this.#broke) throw this.#broke.cause;
    return bytes;
  }

  /**
   * After the end. @returns the last bytes as text.
   * @param broken what came before the break is read piece by piece: asking for more would meet the break first. A provider
   * that goes on, because it was the client that went, is let go.
   */
  async rest(broken: boolean): Promise<string> {
    if (!broken && !this.#reader && !this.#ended) return this.#whole();
    const timer = broken ? setTimeout(() => this.stop(), LEFTOVERS) : undefined;
    await this.#reading?.bytes;
    for (let size = FIRST_BYTES; !this.#ended; size = LOOK_BYTES) await this.#take(size, broken ? 1 : size);
    clearTimeout(timer);
    return this.#tail();
  }

  /** The last bytes so far; empty where the stream was too long. */
  #tail(): string {
    return this.#taken > COPY_LIMIT ? "" : decoder.decode(this.#last);
  }

  /** The common case, a stream that was short and unbroken: the runtime reads it in one go, which costs less. */
  async #whole(): Promise<string> {
    this.#ended = true;
    const all = await new Response(this.#stream).text().catch(() => "");
    return all.length > COPY_LIMIT ? "" : all.slice(-TAIL_BYTES);
  }

  /** Lets the provider go, as far as this reader is concerned; who waits for more hears that it broke. */
  stop(): void {
    this.#ended = true;
    (this.#reader ?? this.#stream).cancel().catch(() => {});
  }

  /** @returns nothing at the end, and where the stream broke. Never rejects. */
  async #take(size: number, atLeast: number): Promise<Uint8Array | undefined> {
    try {
      this.#reader ??= this.#stream.getReader({ mode: "byob" });
      const { value, done } = await this.#reader.readAtLeast(atLeast, new Uint8Array(size));
      if (done || !value || value.length < atLeast) this.#ended = true;
      if (!value || value.length === 0) return undefined;
      this.#heard = true;
      this.#taken += value.length;
      this.#last = lastOf(this.#last, value);
      return value;
    } catch (cause) {
      // Where the first branch is read, it meets the same and reports it.
      this.#ended = true;
      this.#broke = { cause };
      return undefined;
    }
  }
}

/** An empty line ends an event, after LF, CRLF or CR (WHATWG HTML, 9.2.5). */
function endsEvent(bytes: Uint8Array): boolean {
  return bytes.length === 0 || /(\n\n|\r\r|\r\n\r\n)$/.test(decoder.decode(bytes.subarray(-4)));
}

function lastOf(before: Uint8Array, next: Uint8Array): Uint8Array {
  // Most of its buffer is in use: no reason to copy.
  if (before.length === 0 && next.length * 2 > next.buffer.byteLength) return next.subarray(-TAIL_BYTES);
  if (before.length === 0 || next.length >= TAIL_BYTES) return next.slice(-TAIL_BYTES);
  const kept = before.subarray(-(TAIL_BYTES - next.length));
  const all = new Uint8Array(kept.length + next.length);
  all.set(kept);
  all.set(next, kept.length);
  return all;
}
