import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "#db/protocol/errors";
import { openai as dialect } from "./dialects/openai/index.ts";
import { addWorkersStreams, providerTarget, removeWorkersStreams, source } from "./in-node.ts";
import { MovingDeadline } from "./moving-deadline.ts";
import { relay } from "./relay.ts";
import { eventStream, type RelayOptions } from "./relay-options.ts";

beforeAll(addWorkersStreams);
afterAll(removeWorkersStreams);

const chats = eventStream(dialect, "/v1/chat/completions", 1, (refusal) => `data: ${refusal.code}\n\n`);

function relayed(more: Partial<RelayOptions> = {}) {
  const from = source();
  const now = Date.now();
  const { readable, ended, end } = relay(from.stream, {
    target: providerTarget(),
    alarm: new MovingDeadline(),
    startedAt: now,
    quietSince: now,
    due: Number.POSITIVE_INFINITY,
    first: undefined,
    events: chats,
    onLong: () => {},
    signal: new AbortController().signal,
    ...more,
  });
  return { from, got: new Response(readable).text().catch(() => "broken off"), ended, end };
}

const delta = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
const done = "data: [DONE]\n\n";
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a stream that is relayed", () => {
  test("comes as it was said, what was read of it before first", async () => {
    const { from, got, ended } = relayed({ first: new TextEncoder().encode(": hello\n\n") });
    for (const text of [delta, delta, done]) from.say(text);
    from.end();
    const all = `: hello\n\n${delta}${delta}${done}`;
    expect(await got).toBe(all);
    expect(await ended).toEqual({ tail: all, failed: false, broke: undefined });
  });

  test("and ends before it said so is told so in one event of its own, and no [DONE]", async () => {
    const { from, got, ended } = relayed();
    from.say(delta);
    from.say("data: {");
    await settled();
    from.end();
    expect(await got).toBe(`${delta}data: {\n\ndata: provider_failed\n\n`);
    expect((await ended).broke).toMatchObject({ code: "provider_failed" });
  });

  test("and holds an error of the provider's at its end has failed, and nothing is added", async () => {
    const { from, got, ended } = relayed();
    from.say('data: {"error":{"message":"No."}}\n\n');
    from.end();
    expect(await got).toBe('data: {"error":{"message":"No."}}\n\n');
    expect(await ended).toMatchObject({ failed: true, broke: undefined });
  });

  test("is ended from here with the reason, and the provider is let go", async () => {
    const { from, got, ended, end } = relayed();
    from.say(delta);
    await settled();
    end(new Refusal("not_allowed", "No longer."));
    end(new Refusal("not_authenticated", "Neither."));
    expect(await got).toBe(`${delta}data: not_allowed\n\n`);
    expect((await ended).broke).toMatchObject({ code: "not_allowed" });
    expect(from.cancelled()).toBe(true);
  });

  test("that need not say its end is whole when it ends", async () => {
    const { from, got, ended } = relayed({ events: eventStream(dialect, "/v1/images/generations", 1, undefined) });
    from.say("data: 1\n\n");
    from.end();
    expect(await got).toBe("data: 1\n\n");
    expect((await ended).broke).toBeUndefined();
  });

  test.each<[string, Partial<RelayOptions>]>([
    ["is no stream of events", { events: undefined }],
    ["goes to a surface without a word for it", { events: { ...chats, refusal: undefined } }],
  ])("and %s is broken off where it fails", async (_, more) => {
    const { from, got, ended } = relayed(more);
    from.say(delta);
    await settled();
    from.breakOff();
    expect(await got).toBe("broken off");
    expect((await ended).broke).toMatchObject({ code: "provider_failed" });
  });
});
