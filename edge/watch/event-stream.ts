/** Server-sent events to a client: one at a time, as fast as they are taken. */
import { within } from "../deadline.ts";
import { pingAfter, writeWithin } from "./times.ts";

/** The client has gone, or takes nothing any more. */
export class Gone extends Error {}

const encoder = new TextEncoder();
const PING = encoder.encode(":\n\n");

export class EventStream {
  readonly response: Response;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ping: ReturnType<typeof setInterval>;
  /** Of the last write that was taken. */
  #wroteAt = Date.now();
  #writing = 0;

  constructor() {
    const { readable, writable } = new IdentityTransformStream();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => {});
    // Only a write finds out whether anybody is there.
    this.#ping = setInterval(() => {
      if (this.#writing === 0 && Date.now() - this.#wroteAt >= pingAfter) this.#write(PING).catch(() => {});
    }, pingAfter);
    this.response = new Response(readable, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
      },
    });
  }

  /** @param id where to resume; without it the client keeps the one that it has. @throws Gone */
  send(type: string, object: unknown, id?: string): Promise<void> {
    const data = JSON.stringify({ type, object });
    return this.#write(encoder.encode(`event: ${type}\n${id ? `id: ${id}\n` : ""}data: ${data}\n\n`));
  }

  /** Ends it; what was sent before still arrives. */
  close(): void {
    clearInterval(this.#ping);
    this.#writer.close().catch(() => {});
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#writing++;
    try {
      await within(this.#writer.write(bytes), writeWithin, () => new Gone("the client takes nothing"));
      this.#wroteAt = Date.now();
    } catch (cause) {
      clearInterval(this.#ping);
      this.#writer.abort(cause).catch(() => {});
      throw cause instanceof Gone ? cause : new Gone("the client has gone", { cause });
    } finally {
      this.#writing--;
    }
  }
}
