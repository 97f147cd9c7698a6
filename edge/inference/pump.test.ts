import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Refusal } from "#db/protocol/errors";
import { Copy } from "./copy.ts";
import { openai } from "./dialects/openai/index.ts";
import { addWorkersStreams, providerTarget, removeWorkersStreams, source } from "./in-node.ts";
import { pump } from "./pump.ts";
import { comment } from "./stream-events.ts";

beforeAll(addWorkersStreams);
afterAll(removeWorkersStreams);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const said = new TextDecoder().decode(comment);

/** Given a stream that fell silent and is pumped since; `got` is what its client got. */
function pumped({
  idle = 60_000,
  due = Number.POSITIVE_INFINITY,
  write = async () => {},
}: {
  idle?: number;
  due?: number;
  write?: () => Promise<void>;
} = {}) {
  const from = source();
  const copy = new Copy(from.stream, undefined, openai.saysDone);
  const got = { text: "", end: undefined as Refusal | undefined };
  const to = new WritableStream<Uint8Array>({
    async write(bytes) {
      await write();
      got.text += new TextDecoder().decode(bytes);
    },
  });
  const ended = pump(
    copy,
    0,
    to,
    { bytes: comment, afterMs: 5_000 },
    { target: providerTarget({ idle }), due },
    (refusal) => {
      got.end = refusal;
      copy.stop();
    },
  );
  const outcome = ended.then(
    () => "ended",
    (error: Error) => error.message,
  );
  return { from, copy, got, outcome };
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test("a comment is said at once, then whenever 5 s passed in which the client heard nothing", async () => {
  const { from, got, outcome } = pumped();
  await pass(1);
  expect(got.text).toBe(said);
  await pass(4_000);
  from.say("data: 1\n\n");
  await pass(4_000);
  expect(got.text).toBe(`${said}data: 1\n\n`);
  await pass(1_500);
  expect(got.text).toBe(`${said}data: 1\n\n${said}`);
  from.say("data: 2\n\n");
  from.end();
  await pass(1);
  expect(await outcome).toBe("ended");
  expect(got.text).toBe(`${said}data: 1\n\n${said}data: 2\n\n`);
});

test("nothing is said within an event", async () => {
  const { from, got } = pumped();
  await pass(1);
  from.say("data: 1\n");
  await pass(20_000);
  expect(got.text).toBe(`${said}data: 1\n`);
});

test.each([
  ["falls silent", { idle: 30_000 }, "provider_timeout", 31_000],
  ["is not done in time", { due: Date.now() + 10_000 }, "provider_timeout", 11_000],
])("a provider that %s is ended with the reason", async (_, given, code, ms) => {
  vi.setSystemTime(Date.now());
  const { got, outcome } = pumped(given);
  await pass(ms);
  expect(got.end?.code).toBe(code);
  expect(await outcome).toBe("ended");
});

test("a client that is slow to read is not a provider that is silent", async () => {
  let go = () => {};
  const { from, got } = pumped({ idle: 5_000, write: () => new Promise((resolve) => (go = resolve)) });
  await pass(1);
  go();
  from.say("data: 1\n\n");
  await pass(60_000);
  expect(got.end).toBeUndefined();
});

test("a provider that has said its last and keeps its connection open is let go", async () => {
  const { from, outcome } = pumped();
  await pass(1);
  from.say("data: [DONE]\n\n");
  await pass(1_500);
  expect(await outcome).toBe("ended");
  expect(from.cancelled()).toBe(true);
});

test("a client that has gone ends it, as does a provider that broke off, each with its cause", async () => {
  const gone = pumped({ write: () => Promise.reject(new Error("the client hung up")) });
  await pass(1);
  expect(await gone.outcome).toBe("the client hung up");
  expect(gone.from.cancelled()).toBe(true);
  const broken = pumped();
  await pass(1);
  broken.from.breakOff();
  await pass(1);
  expect(await broken.outcome).toBe("connection reset");
});

test("bytes that came while the stream changed hands break it: nobody knows whether they went out", async () => {
  const { from, copy, outcome } = pumped();
  copy.look(() => {});
  from.say("data: 1\n\n");
  await pass(1);
  expect(await outcome).toBe("bytes came while the stream changed hands");
});
