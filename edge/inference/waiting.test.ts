import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { addWorkersStreams, removeWorkersStreams } from "./in-node.ts";
import { comment } from "./stream-events.ts";
import { answerWhileWaiting } from "./waiting.ts";

beforeAll(addWorkersStreams);
afterAll(removeWorkersStreams);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const said = new TextDecoder().decode(comment);

/** Given an answer that is awaited, and a client that reads what comes. */
function waiting() {
  const answer = Promise.withResolvers<Response>();
  const gone = vi.fn();
  const { readable, ended } = answerWhileWaiting(answer.promise, 5_000, gone);
  const reader = readable.getReader();
  const got = { text: "", broke: false };
  const read = async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read())
      got.text += new TextDecoder().decode(next.value);
  };
  const reading = read().catch(() => {
    got.broke = true;
  });
  return { answer, ended, got, gone, reader, reading };
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const events = { headers: { "content-type": "text/event-stream" } };

test("comments are said at once and every 5 s, then the stream follows as it is, and nothing after it", async () => {
  const { answer, ended, got, reading } = waiting();
  await pass(0);
  expect(got.text).toBe(said);
  await pass(10_000);
  expect(got.text).toBe(said.repeat(3));
  answer.resolve(new Response("data: 1\n\ndata: [DONE]\n\n", events));
  await pass(0);
  expect(await ended).toBe(true);
  await reading;
  await pass(20_000);
  expect(got).toEqual({ text: `${said.repeat(3)}data: 1\n\ndata: [DONE]\n\n`, broke: false });
});

test.each([
  ['{"error":{"message":"No."}}', 'data: {"error":{"message":"No."}}\n\n'],
  ['{\n  "a": 1\n}', 'data: { "a": 1 }\n\n'],
])("an answer that is no stream becomes one event (%#)", async (body, event) => {
  const { answer, ended, got } = waiting();
  await pass(0);
  answer.resolve(new Response(body, { status: 502, headers: { "content-type": "application/json" } }));
  await pass(100);
  expect(await ended).toBe(true);
  expect(got.text).toBe(said + event);
});

test("a client that has gone is told of at the next comment, and again at the end", async () => {
  const { answer, ended, gone, reader } = waiting();
  await pass(0);
  expect(gone).not.toHaveBeenCalled();
  await reader.cancel();
  await pass(5_000);
  expect(gone).toHaveBeenCalled();
  answer.resolve(new Response("data: 1\n\n", events));
  await pass(0);
  expect(await ended).toBe(false);
});

test("an answer that fails breaks the connection, and never hangs it", async () => {
  const { answer, ended, got, gone, reading } = waiting();
  await pass(0);
  answer.reject(new Error("nobody foresaw this"));
  await pass(0);
  expect(await ended).toBe(false);
  await reading;
  expect(got.broke).toBe(true);
  expect(gone).toHaveBeenCalled();
});
