/** A client of a watch: reads its events as they come. */
import { createParser } from "eventsource-parser";
import { z } from "zod";
import { until } from "../harness/until.ts";

const payload = z.object({ type: z.string(), object: z.record(z.string(), z.unknown()) });

export interface Seen {
  type: string;
  /** Where to resume. */
  id: string | undefined;
  object: Record<string, unknown>;
}

export interface Watching {
  status: number;
  /** What was answered instead of a stream. */
  refusal: Record<string, unknown>;
  events: Seen[];
  comments: number;
  /** `ADDED a`, `BOOKMARK`, in order. */
  told(): string[];
  /** Resolves when it has told that much. */
  tells(count: number): Promise<string[]>;
  /** Resolves when the stream has ended. */
  ended: Promise<void>;
  leave(): void;
}

export async function watching(
  url: string,
  token: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Watching> {
  const left = new AbortController();
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: left.signal,
  });
  const events: Seen[] = [];
  const seen: Watching = {
    status: response.status,
    refusal: {},
    events,
    comments: 0,
    told: () => events.map(({ type, object }) => (object["name"] ? `${type} ${object["name"]}` : type)),
    tells: async (count) => {
      await until(
        () => `${count} events of ${path}; there were ${seen.told().join(", ")}`,
        () => events.length >= count,
      );
      return seen.told();
    },
    ended: Promise.resolve(),
    leave: () => left.abort(),
  };
  if (response.headers.get("content-type") !== "text/event-stream") {
    const text = await response.text();
    seen.refusal = text === "" ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    return seen;
  }
  const parser = createParser({
    onEvent({ event, id, data }) {
      const { type, object } = payload.parse(JSON.parse(data));
      if (event !== type) throw new Error(`the event is called ${event} and says ${type}`);
      events.push({ type, id, object });
    },
    onComment: () => seen.comments++,
  });
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  };
  seen.ended = read().catch(() => {});
  return seen;
}
