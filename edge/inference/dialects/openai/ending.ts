/**
 * How a stream of events ends, read from its last bytes. They are parsed as events (WHATWG HTML, 9.2.6), so that neither what a
 * model writes nor an empty field of a provider is mistaken for the end.
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Ending, KnownOfStream } from "../dialect.ts";

const DONE = "[DONE]";
/** Characters that hold the usual last event and what is around it. */
const LAST_EVENT = 32;
/** `[DONE]` as an event of its own at the end of the text, after LF, CRLF or CR; its own line may lack an end. */
const endsDone = /(?:^|\n\n|\r\r|\r\n\r\n)data: ?\[DONE\][\r\n]*$/;

/**
 * The end of a stream of `/v1/chat/completions` or `/v1/completions`. `[DONE]` is the end. Some providers never send it: then
 * every choice must have a reason why it finished. Of a stream too long to be kept whole, every choice that its last bytes show.
 */
export function readEnding(tail: string, { choices, truncated }: KnownOfStream): Ending {
  // The usual end is looked for where it stands: parsing a whole stream for it costs more.
  if (endsDone.test(tail.slice(-LAST_EVENT)) && !tail.includes('"error"') && !tail.includes("event:"))
    return { whole: true, failed: false };
  const events = eventsIn(`${tail}\n\n`, truncated);
  const done = events.some((event) => event.data === DONE);
  const failed = isError(events.findLast((event) => event.data !== DONE));
  return { whole: done || failed || areFinished(events, truncated ? 1 : choices), failed };
}

/** Whether the last event that is complete is `[DONE]`: for a stream whose connection stays open. */
export function saysDone(tail: string, truncated: boolean): boolean {
  return tail.includes(DONE) && eventsIn(tail, truncated).at(-1)?.data === DONE;
}

/** @param truncated whether the text may begin within an event. */
function eventsIn(text: string, truncated: boolean): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  // What is left of a line that was cut could look like another field.
  parser.feed(truncated ? text.slice(text.search(/[\r\n]|$/)) : text);
  return events;
}

function isError(event: EventSourceMessage | undefined): boolean {
  if (!event) return false;
  return event.event === "error" || (event.data.includes('"error"') && Boolean(asObject(parsed(event.data))["error"]));
}

/** Whether at least so many choices are there, and each has said why it finished. */
function areFinished(events: readonly EventSourceMessage[], least: number): boolean {
  const open = new Set<unknown>();
  const finished = new Set<unknown>();
  for (const { data } of events) {
    const { choices } = asObject(parsed(data));
    if (!Array.isArray(choices)) continue;
    for (const one of choices) {
      const { index = 0, finish_reason: reason } = asObject(one);
      if (typeof reason === "string" && reason !== "") finished.add(index);
      else open.add(index);
    }
  }
  return finished.size >= least && [...open].every((index) => finished.has(index));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
