/** What one caller asked of a publisher, and the answer on its way to it. */
import type { Refusal } from "#db/protocol/errors";
import type { InferTask } from "#db/protocol/publisher";
import { encodeRefusal } from "../inference/upstream.ts";

export class Asked {
  readonly frame: InferTask;
  /** The answer's head, or a refusal as a response; the body may come later. */
  readonly answer: Promise<Response>;
  #resolve: (response: Response) => void;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;

  constructor(frame: InferTask) {
    this.frame = frame;
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  /** The head goes out; the body follows by `write`. */
  begin(status: number, headers: HeadersInit): void {
    if (this.#writer) return;
    const { readable, writable } = new IdentityTransformStream();
    this.#writer = writable.getWriter();
    this.#resolve(new Response(readable, { status, headers }));
  }

  /** Waits until the caller has taken it: a slow reader slows the publisher. @throws when the caller has gone, or after `fail`. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer?.write(bytes);
  }

  async end(): Promise<void> {
    await this.#writer?.close();
  }

  /** A clear refusal while nothing has been said, else the answer breaks off and can't be taken for a whole one. */
  fail(refusal: Refusal): void {
    if (this.#writer) this.#writer.abort(refusal).catch(() => {});
    else this.#resolve(encodeRefusal(refusal));
  }
}
