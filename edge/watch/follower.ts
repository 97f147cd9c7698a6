/** The stream to one who follows an object. Bounded: who reads too slowly is cut, and finds in the log what they missed. */
import { nothing } from "./line.ts";
import { backlogBytes, pingAfter } from "./times.ts";

export class Follower {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ping: ReturnType<typeof setInterval>;
  readonly #onEnd: () => void;
  #backlog = 0;
  #open = true;

  /**
   * @param signal of the request that opened it: fires at the first write after the other side went.
   * @param onEnd called once, however it ended.
   */
  constructor(signal: AbortSignal, onEnd: () => void) {
    const { readable, writable } = new IdentityTransformStream();
    this.readable = readable;
    this.#writer = writable.getWriter();
    this.#onEnd = onEnd;
    this.#ping = setInterval(() => this.#backlog === 0 && this.send(nothing), pingAfter);
    signal.addEventListener("abort", () => this.end());
    const gone = () => this.#ended();
    this.#writer.closed.then(gone, gone);
  }

  send(bytes: Uint8Array): void {
    if (!this.#open) return;
    // A single large one may pass: the next look is for who has taken it.
    if (this.#backlog > backlogBytes) {
      this.end();
      return;
    }
    this.#backlog += bytes.byteLength;
    this.#writer.write(bytes).then(
      () => {
        this.#backlog -= bytes.byteLength;
      },
      () => this.#ended(),
    );
  }

  /** Breaks it off: what was not taken is lost with it. */
  end(): void {
    if (!this.#open) return;
    this.#writer.abort(new Error("cut")).catch(() => {});
    this.#ended();
  }

  #ended(): void {
    if (!this.#open) return;
    this.#open = false;
    clearInterval(this.#ping);
    this.#onEnd();
  }
}
