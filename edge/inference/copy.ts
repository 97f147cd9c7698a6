/** The copy of a stream that `tee` keeps: its last bytes, whether anything came, and all of it where nobody else reads it. */
import { type Dialect, LAST_BYTES, TAIL_BYTES } from "./dialects/dialect.ts";
import { concat } from "./json-scan.ts";

/**
 * Bytes of one read where much has gathered. More than what a read can get that has to wait (the runtime's `tee` fetches blocks
 * of `BLOCK_BYTES`): so a buffer that was filled tells that more has gathered, and reading on takes nothing from the provider.
 */
const GATHERED_BYTES = 65_536;
const BLOCK_BYTES = 16_384;
/** What usually gathers between two looks; the size of its buffer is what a look costs. */
const LOOK_BYTES = 8_192;

/** Milliseconds in which what a broken stream has left behind is read: all of it is here already. */
const LEFTOVERS = 100;
/** A stream that took longer, in milliseconds, and that nobody looked at, may be too large to be read in one go. */
const SHORT = 100;

const decoder = new TextDecoder();

export class Copy {
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #saysDone: Dialect["saysDone"] | undefined;
  readonly #startedAt = Date.now();
  /** Made when somebody looks before the end. */
  #reader: ReadableStreamBYOBReader | undefined;
  /** The last bytes, and what of their pieces stands before them. */
  #pieces: Uint8Array[] = [];
  #kept = 0;
  /** Bytes that were read. */
  #size = 0;
  #heardAt = 0;
  /** A read that nobody awaits: what a look finds. */
  #reading: Promise<Uint8Array | undefined> | undefined;
  #fullBlock = false;
  #ended = false;
  #broke: { cause: unknown } | undefined;

  /**
   * @param first bytes of the stream that were read before it was copied.
   * @param saysDone what its last bytes say of its end while it runs; undefined: nothing.
   */
  constructor(
    stream: ReadableStream<Uint8Array>,
    first: Uint8Array | undefined,
    saysDone: Dialect["saysDone"] | undefined,
  ) {
    this.#stream = stream;
    this.#saysDone = saysDone;
    if (first) this.#keep(first);
  }

  /** Bytes that have come, as far as anybody has looked. */
  get size(): number {
    return this.#size;
  }

  /** When something came, in milliseconds since the epoch, as far as anybody has looked; 0: never. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Whether the last bytes are no longer all of them. */
  get truncated(): boolean {
    return this.#size > this.#kept;
  }

  /** Whether the last read got a whole block: so it is, again and again, where the client takes nothing and the provider has more. */
  get fullBlock(): boolean {
    return this.#fullBlock;
  }

  /** Whether what has come ends where an event of a stream ends: an empty line, after LF, CRLF or CR (WHATWG HTML, 9.2.5). */
  get betweenEvents(): boolean {
    return this.#size === 0 || /(\n\n|\r\r|\r\n\r\n)$/.test(this.#end(4));
  }

  /** Whether the provider has said its last. */
  get done(): boolean {
    return this.#saysDone?.(this.#end(LAST_BYTES), this.#size > LAST_BYTES) ?? false;
  }

  /**
   * Takes what has gathered, and goes on to wait for more only where nothing has: a read that waits while a stream runs lets its
   * chunks pass through JavaScript.
   * @param taken called when something was taken.
   * @returns whether there is silence: nothing came since the last look.
   */
  look(taken: () => void): boolean {
    if (this.#ended) return false;
    if (this.#reading) return true;
    void this.#takeGathered().then((was) => was && taken());
    return false;
  }

  async #takeGathered(): Promise<boolean> {
    for (let size = LOOK_BYTES; ; size = GATHERED_BYTES) {
      const reading = this.#take(size, 1);
      this.#reading = reading;
      const bytes = await reading;
      // Somebody else reads now.
      if (this.#reading !== reading) return false;
      this.#reading = undefined;
      this.#fullBlock = bytes?.length === BLOCK_BYTES;
      if (!bytes || this.#ended || bytes.length < size) return bytes !== undefined;
    }
  }

  /** The next bytes, for who reads all of them. Undefined at the end. @throws what broke the stream */
  async next(): Promise<Uint8Array | undefined> {
    const reading = this.#reading;
    this.#reading = undefined;
    const bytes = await (reading ?? (this.#ended ? undefined : this.#take(LOOK_BYTES, 1)));
    if (this.#broke) throw this.#broke.cause;
    return bytes;
  }

  /**
   * After the end. @returns the last bytes as text.
   * @param broken what came before the break is read piece by piece: asking for more would meet the break first. A provider
   * that goes on, because it was the client that went, is let go.
   */
  async rest(broken: boolean): Promise<string> {
    if (!broken && this.#size === 0 && !this.#reader && !this.#ended && Date.now() - this.#startedAt <= SHORT)
      return this.#whole();
    const timer = broken ? setTimeout(() => this.stop(), LEFTOVERS) : undefined;
    const reading = this.#reading;
    this.#reading = undefined;
    await reading;
    while (!this.#ended) await this.#take(GATHERED_BYTES, broken ? 1 : GATHERED_BYTES);
    clearTimeout(timer);
    return decoder.decode(concat(this.#pieces));
  }

  /** The common case, a stream that was short and unbroken: the runtime reads it in one go, which costs less. */
  async #whole(): Promise<string> {
    this.#ended = true;
    const all = await new Response(this.#stream).text().catch(() => "");
    const last = all.slice(-TAIL_BYTES);
    this.#size = all.length;
    this.#kept = last.length;
    return last;
  }

  /** Lets the provider go, as far as this reader is concerned; who waits for more hears that it ended. */
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
      this.#heardAt = Date.now();
      this.#keep(value);
      return value;
    } catch (cause) {
      // Where the first branch is read, it meets the same and reports it.
      this.#ended = true;
      this.#broke = { cause };
      return undefined;
    }
  }

  /** Keeps the last bytes in pieces: putting them together again at every look would cost more than the look. */
  #keep(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#kept += bytes.length;
    // A buffer that is mostly empty is not kept for the little that it holds.
    this.#pieces.push(bytes.length * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes);
    for (let first = this.#pieces[0]; first && this.#kept - first.length >= TAIL_BYTES; first = this.#pieces[0]) {
      this.#kept -= first.length;
      this.#pieces.shift();
    }
  }

  /** The last `count` bytes as text, or as many as there are. */
  #end(count: number): string {
    let held = 0;
    let from = this.#pieces.length;
    while (from > 0 && held < count) held += this.#pieces[--from]?.length ?? 0;
    return decoder.decode(concat(this.#pieces.slice(from)).subarray(-count));
  }
}
