/** What one caller asked of a publisher, and the answer on its way to it. */
import { type ErrorCode, Refusal } from "#db/protocol/errors";
import { type InferTask, RESULT_LIMIT_BYTES } from "#db/protocol/publisher";
import { encodeRefusal } from "../objects/refusal-codec.ts";

/** Requests that wait for a slot are in this object's memory: together they may have so many characters. */
const WAITING_LIMIT = 32 * 1024 * 1024;
/** Of which those for one model may have so many, so that one which is overloaded leaves room for the others. */
const WAITING_FOR_ONE = WAITING_LIMIT / 2;

/** Whether one more request of that size would be too much to hold. A single one always fits: the edge bounds it already. */
export function tooMuchWaits(asked: Iterable<Pick<CallerRequest, "llm" | "size">>, llm: string, size: number): boolean {
  let waiting = 0;
  let forOne = 0;
  for (const a of asked) {
    waiting += a.size;
    if (a.llm === llm) forOne += a.size;
  }
  return (waiting > 0 && waiting + size > WAITING_LIMIT) || (forOne > 0 && forOne + size > WAITING_FOR_ONE);
}

export class CallerRequest {
  #frame: InferTask | undefined;
  readonly llm: string;
  /** Whether the caller asked for server-sent events. */
  readonly stream: boolean;
  /** The answer's head, or a refusal as a response; the body may come later. */
  readonly answer: Promise<Response>;
  #resolve: (response: Response) => void;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #written = 0;

  constructor(frame: InferTask) {
    this.#frame = frame;
    this.llm = frame.llm;
    this.stream = frame.stream;
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  /** Characters of the request, for as long as they are held. */
  get size(): number {
    return this.#frame?.body.length ?? 0;
  }

  /** The task, once: from then on the publisher has it. */
  release(): InferTask | undefined {
    const frame = this.#frame;
    this.#frame = undefined;
    return frame;
  }

  /** The head goes out; the body follows by `write`. */
  begin(status: number, headers: HeadersInit): void {
    if (this.#writer) return;
    const { readable, writable } = new IdentityTransformStream();
    this.#writer = writable.getWriter();
    this.#resolve(new Response(readable, { status, headers }));
  }

  /**
   * Waits until the caller has taken it: a slow reader slows the publisher.
   * @throws Refusal too_large; something else when the caller has gone, or after `fail`.
   */
  async write(bytes: Uint8Array): Promise<void> {
    this.#written += bytes.byteLength;
    if (this.#written > RESULT_LIMIT_BYTES)
      throw new Refusal("too_large", `The model's answer is larger than ${RESULT_LIMIT_BYTES} bytes.`);
    await this.#writer?.write(bytes);
  }

  async end(): Promise<void> {
    await this.#writer?.close();
  }

  /** A clear refusal while nothing has been said, else the answer breaks off and can't be taken for a whole one. */
  fail({ code, message, retryAfter }: { code: ErrorCode; message: string; retryAfter?: number }): void {
    const refusal = new Refusal(code, message, retryAfter === undefined ? {} : { retryAfter });
    if (this.#writer) this.#writer.abort(refusal).catch(() => {});
    else this.#resolve(encodeRefusal(refusal));
  }
}
