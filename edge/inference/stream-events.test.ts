import { createParser } from "eventsource-parser";
import { expect, test } from "vitest";
import { asEvent, comment, farewell } from "./stream-events.ts";

const decoder = new TextDecoder();

function read(...pieces: (string | Uint8Array)[]): { events: string[]; comments: string[] } {
  const events: string[] = [];
  const comments: string[] = [];
  const parser = createParser({ onEvent: (e) => events.push(e.data), onComment: (c) => comments.push(c) });
  for (const piece of pieces) parser.feed(typeof piece === "string" ? piece : decoder.decode(piece));
  return { events, comments };
}

test("a comment is no event, and what follows it is", () => {
  expect(read(comment, "data: 1\n\n")).toEqual({ events: ["1"], comments: ["waiting for the model"] });
});

test.each(['{"a":1}', '{\n  "a": 1\n}', '{\r\n\t"a":\r1}\n'])(
  "JSON is one event, however it is laid out (%#)",
  (json) => {
    const { events } = read(asEvent(json));
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0] ?? "")).toEqual({ a: 1 });
  },
);

test.each([
  ["nothing", "", []],
  ["a whole event", "data: 1\n\n", ["1"]],
  ["a whole event, after CRLF", "data: 1\r\n\r\n", ["1"]],
  ["an event without its empty line", "data: 1\n", ["1"]],
  ["half a line", "data: 1\n\ndata: {", ["1", "{"]],
])("the last words are an event of their own after %s", (_, tail, before) => {
  expect(read(tail, farewell("data: bye\n\n", tail)).events).toEqual([...before, "bye"]);
});

test("the last words are all that is added to a stream that stands between two events", () => {
  expect(decoder.decode(farewell("data: bye\n\n", "data: 1\n\n"))).toBe("data: bye\n\n");
});
