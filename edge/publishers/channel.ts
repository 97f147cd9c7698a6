/** A channel to a publisher as server-sent events: what every proxy lets through. The machine knows it by its number only. */
import type { PublisherTimes } from "#db/protocol/publisher";

/** A publisher that reads this little is as good as gone; more would be this object's memory. */
const BACKLOG_LIMIT_BYTES = 64 * 1024 * 1024;

const encoder = new TextEncoder();
const PING = encoder.encode(": ping\n\n");
const PROBE = encoder.encode(":\n\n");

export interface Channel {
  readonly response: Response;
  send(event: string, data: unknown): void;
  /** Writes something that means nothing, because only a write finds out that the other side has gone. */
  probe(): void;
  /** Says good-bye with a last event. */
  close(event: string, data: unknown): void;
}

/**
 * @param signal of the request that opened it: fires at the first write after the other side went.
 * @param onClosed called once, however it ended.
 */
export function openEventStream(
  times: Pick<PublisherTimes, "ping" | "probe">,
  signal: AbortSignal,
  onClosed: () => void,
): Channel {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  let backlog = 0;
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    clearInterval(ping);
    clearInterval(probe);
    onClosed();
  };
  const abort = (why: string) => {
    writer.abort(new Error(why)).catch(() => {});
    end();
  };
  const write = (bytes: Uint8Array) => {
    if (!open) return;
    backlog += bytes.byteLength;
    if (backlog > BACKLOG_LIMIT_BYTES) return abort("the publisher does not read its channel");
    writer.write(bytes).then(() => {
      backlog -= bytes.byteLength;
    }, end);
  };
  const ping = setInterval(() => write(PING), times.ping);
  // Nothing is added to what waits unread: a probe is for an idle channel.
  const probe = setInterval(() => backlog === 0 && write(PROBE), times.probe);
  signal.addEventListener("abort", () => abort("the publisher went away"));
  writer.closed.then(end, end);
  const send = (event: string, data: unknown) =>
    write(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  return {
    response: new Response(readable, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
      },
    }),
    send,
    probe: () => write(PROBE),
    close(event, data) {
      send(event, data);
      if (open) writer.close().catch(() => {});
      end();
    },
  };
}
