/** Reads the channel: parses events, and detects a dead connection. */
import { createParser } from "eventsource-parser";
import { type Closed, closed, type Task, task, withdrawn } from "#db/protocol/publisher";

/** The edge writes at least every 20 s: a channel that is silent for longer than this is dead. */
const SILENT_MS = 45_000;
/** A task contains a caller's body, which the edge limits to 32 MiB; JSON encoding may double it. */
const BUFFER_LIMIT = 80 * 1024 * 1024;

export interface Events {
  hello(): void;
  task(task: Task): void;
  /** These LLMs were deleted at the edge. */
  withdrawn(llms: readonly string[]): void;
  /** A frame that this version does not know. */
  unknown(event: string): void;
}

/**
 * Reads until the channel ends.
 * @returns the reason, if the edge sent one.
 * @throws Error if the connection breaks or is silent for too long.
 */
export async function readChannel(
  body: ReadableStream<Uint8Array>,
  events: Events,
  silentMs = SILENT_MS,
): Promise<Closed | undefined> {
  let reason: Closed | undefined;
  const parser = createParser({
    maxBufferSize: BUFFER_LIMIT,
    onEvent({ event, data }) {
      const content = json(data);
      const asked = event === "task" ? task.safeParse(content) : undefined;
      const ended = event === "closed" ? closed.safeParse(content) : undefined;
      const gone = event === "withdrawn" ? withdrawn.safeParse(content) : undefined;
      if (event === "hello") events.hello();
      else if (asked?.success) events.task(asked.data);
      else if (gone?.success) events.withdrawn(gone.data.llms);
      else if (ended?.success) reason = ended.data;
      else events.unknown(event ?? "message");
    },
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let silent = false;
  let timer: NodeJS.Timeout | undefined;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      reader.cancel().catch(() => {});
    }, silentMs);
  };
  try {
    for (;;) {
      listen();
      const { done, value } = await reader.read();
      if (silent) throw new Error(`the channel was silent for ${silentMs / 1000} s`);
      if (done) return reason;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(timer);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
