/** Reading the channel: events out of bytes, and noticing that nobody writes any more. */
import { createParser } from "eventsource-parser";
import { type Closed, closed, type Task, task, withdrawn } from "#db/protocol/publisher";

/** The edge writes at least every 20 s: a channel that is silent for longer than this is dead. */
const SILENT_MS = 45_000;
/** A task holds a caller's body, which the edge bounds at 32 MiB; JSON may double it. */
const BUFFER_LIMIT = 80 * 1024 * 1024;

export interface Events {
  hello(): void;
  task(task: Task): void;
  /** Somebody has deleted these LLMs at the edge. */
  withdrawn(llms: readonly string[]): void;
  /** A frame that this version does not understand. */
  unknown(event: string): void;
}

/**
 * Until the channel ends.
 * @returns why the edge ended it, where it said so.
 * @throws Error when it broke or fell silent.
 */
export async function readChannel(
  body: ReadableStream<Uint8Array>,
  events: Events,
  silentMs = SILENT_MS,
): Promise<Closed | undefined> {
  let said: Closed | undefined;
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
      else if (ended?.success) said = ended.data;
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
      if (done) return said;
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
