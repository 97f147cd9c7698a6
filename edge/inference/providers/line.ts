/**
 * Sending over connections that are kept open, where the other end may close one just as a request goes out.
 *
 * The runtime picks the connection and says of a lost one only that it was lost: not whether it was an old one, nor what the
 * provider had read. A POST must not be sent twice unless the first was certainly not acted upon (RFC 9110, 9.2.2; RFC 9112,
 * 9.3.1). So where connections have been idle, the last byte of the body is held back for a moment: a body that never became
 * whole can't have been acted upon, and is sent once more (docs/decisions/the-last-byte-waits.md).
 */

/** What an isolate knows of the connections to one provider. */
export interface Line {
  /** When it last began to answer, milliseconds since the epoch; 0 for never. */
  heardAt: number;
  /** When an answer of it last ended: from then on its connection is idle. */
  endedAt: number;
}

/** Connections that were in use this many milliseconds ago are not idle yet. */
const BUSY = 20;
/**
 * For how long the last byte waits, in milliseconds: what was closed before is known by then, unless it is far away. In steps: on
 * a machine that is busy, a timer may come together with the news of the close, and must not overtake it.
 */
const HELD = [14, 3, 3];
/** Connections that have been idle for longer, in milliseconds, are not used again: the runtime closes them after 5 s. */
const CLOSED = 6_000;
/** Providers that are remembered. */
const MOST = 1_000;

const lines = new Map<string, Line>();

/** The same for all LLMs of a provider. */
export function lineTo(root: string): Line {
  const { origin } = new URL(root);
  const known = lines.get(origin);
  if (known) return known;
  for (const oldest of lines.size >= MOST ? lines.keys() : []) {
    lines.delete(oldest);
    break;
  }
  const line: Line = { heardAt: 0, endedAt: 0 };
  lines.set(origin, line);
  return line;
}

/** Whether a connection may be used that has been idle, and so may be closed by now. */
export function mayBeStale({ heardAt, endedAt }: Line, now: number): boolean {
  const ago = now - Math.max(heardAt, endedAt);
  return ago > BUSY && ago < CLOSED;
}

/** The runtime's own mark of a connection that broke or was never made. */
export const isLost = (error: unknown): boolean =>
  error instanceof Error && "retryable" in error && error.retryable === true;

/** The connection was lost while the last byte was still here. */
export class NotBegun extends Error {
  constructor(cause: unknown) {
    super("the connection was closed before the request was complete", { cause });
    this.name = "NotBegun";
  }
}

export type SendBody = (body: ReadableStream<Uint8Array>) => Promise<Response>;

/**
 * Sends all but the last byte, waits, and sends that.
 * @throws NotBegun where the connection was lost before; else what `send` throws.
 */
export async function sendHeld(body: string | Uint8Array<ArrayBuffer>, send: SendBody): Promise<Response> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const feeding = { failed: false, whole: false };
  feed(bytes, writable, feeding).catch(() => {});
  try {
    return await send(readable);
  } catch (error) {
    feeding.failed = true;
    throw feeding.whole || !isLost(error) ? error : new NotBegun(error);
  }
}

async function feed(
  bytes: Uint8Array,
  to: WritableStream<Uint8Array>,
  feeding: { failed: boolean; whole: boolean },
): Promise<void> {
  const writer = to.getWriter();
  const last = endOfContent(bytes);
  if (last > 0) await writer.write(bytes.subarray(0, last));
  for (const step of HELD) {
    await new Promise((resolve) => setTimeout(resolve, step));
    if (feeding.failed) return;
  }
  feeding.whole = true;
  if (bytes.length > 0) await writer.write(bytes.subarray(last));
  await writer.close();
}

/**
 * Where the last byte stands that is not white space: some readers act as soon as a JSON value is complete, and never look at what
 * follows it.
 */
export function endOfContent(bytes: Uint8Array): number {
  let at = bytes.length - 1;
  while (at > 0 && (bytes[at] ?? 0) <= SPACE) at--;
  return Math.max(0, at);
}

const SPACE = 0x20;
