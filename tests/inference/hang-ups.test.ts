/** Clients that hang up, and what is noticed of it where: a client that hangs up politely is noticed at the next write to it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, call } from "../fakes/caller.ts";
import { type Behaviour, chat, delta, done, type FakeProvider, silence, startFakeProvider } from "../fakes/provider.ts";
import { until } from "../harness/until.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, messages, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
});

const providers: FakeProvider[] = [];

afterAll(async () => {
  await world?.stop();
  for (const one of providers) await one.close();
});

/** How long an answer takes of which the edge finds out whether it was taken: what comes sooner goes out at once. */
const SLOW_MS = 400;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A model of a test's own, so that tests can wait at the same time. */
async function own(name: string, behaviour: Behaviour): Promise<FakeProvider> {
  const one = await startFakeProvider(behaviour);
  providers.push(one);
  await world.store.addModel({ name, url: one.url });
  return one;
}

const ask = (model: string, more: object = {}): Promise<Caller> =>
  call(world.edge.url, "/v1/chat/completions", world.token, { model, messages, ...more });

const recorded = (model: string, condition: string) =>
  until(`${model} is recorded once, where ${condition}`, async () => {
    return (await world.recorded(`llm = '${model}' and ${condition}`)) === 1;
  });

/** How many of them are in the text. */
const comments = (text: string) => text.split(": waiting for the model\n\n").length - 1;

describe.concurrent("a streaming client hears a comment after 5 s of silence, and every 5 s", () => {
  const speaks = async (model: string, behaviour: Behaviour) => {
    await own(model, behaviour);
    const caller = await ask(model, { stream: true });
    const at = Date.now();
    const heard: number[] = [];
    await until(
      "two comments came",
      () => {
        if (comments(caller.got()) > heard.length) heard.push(Date.now() - at);
        if (heard.length < 2 && Date.now() - at > 15_000) throw new Error(caller.got());
        return heard.length === 2;
      },
      16_000,
    );
    return { caller, heard };
  };

  test(verifies("inference.life-signs", "before the provider answers at all"), async () => {
    const { caller, heard } = await speaks("mute", silence);
    expect(heard[0]).toBeLessThan(5_800);
    expect((heard[1] ?? 0) - (heard[0] ?? 0)).toBeLessThan(5_800);
    expect(heard[0]).toBeGreaterThan(4_500);
    caller.hangUp();
  });

  test(verifies("inference.life-signs", "after the provider's head, which came late"), async () => {
    const { caller, heard } = await speaks("late-head", async (_, answer) => {
      await wait(3_000);
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.flushHeaders();
    });
    expect(heard[0]).toBeLessThan(6_000);
    expect((heard[1] ?? 0) - (heard[0] ?? 0)).toBeLessThan(6_000);
    caller.hangUp();
  });

  test(verifies("inference.life-signs", "in the middle of a stream, of which every byte still comes"), async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = delta("before").repeat(40);
    const { caller, heard } = await speaks("pauses", async (_, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      for (let i = 0; i < 40; i++) {
        answer.write(delta("before"));
        await wait(20);
      }
      await gate;
      for (let i = 0; i < 40; i++) {
        answer.write(delta("after"));
        await wait(20);
      }
      answer.end(done);
    });
    expect(heard[0]).toBeLessThan(8_500);
    release();
    await until("the stream has ended", () => caller.got().includes("[DONE]"));
    const events = [...caller.got().matchAll(/data: .*\n\n/g)].map(([event]) => event).join("");
    expect(events).toBe(before + delta("after").repeat(40) + done);
    caller.hangUp();
    await recorded("pauses", "error is null");
  });
});

describe.concurrent("a client that hangs up", () => {
  test(
    verifies(["inference.hang-up", "inference.unheard"], "in a silence ends the provider's work at the first comment"),
    async () => {
      const one = await own("left-early", silence);
      const caller = await ask("left-early", { stream: true });
      await until("the provider was asked", () => one.received.length === 1);
      caller.hangUp();
      const at = Date.now();
      await one.received[0]?.hungUp;
      expect(Date.now() - at).toBeLessThan(6_000);
      await recorded("left-early", "error = 'client_gone' and status = '499'");
    },
  );

  test(
    verifies(
      ["inference.hang-up", "inference.unheard"],
      "in the middle of a silent stream ends the provider's work at the next comment",
    ),
    async () => {
      const one = await own("left-in-silence", async (_, answer) => {
        answer.writeHead(200, { "content-type": "text/event-stream" });
        answer.write(delta("a"));
      });
      const caller = await ask("left-in-silence", { stream: true });
      await until("the first chunk came", () => caller.got().includes('"a"'));
      caller.hangUp();
      const at = Date.now();
      await one.received[0]?.hungUp;
      expect(Date.now() - at).toBeLessThan(7_500);
      await recorded("left-in-silence", "error = 'client_gone' and status = '499'");
    },
  );

  test.each([
    ["short", "x"],
    ["long", "x".repeat(40_000)],
  ])(
    verifies("inference.unheard", "before an answer that does not stream (%s) is recorded as gone"),
    async (length, content) => {
      const model = `left-before-${length}`;
      const left = Promise.withResolvers<void>();
      const one = await own(model, async (received, answer) => {
        await Promise.all([left.promise, wait(SLOW_MS)]);
        await chat(content)(received, answer);
      });
      const caller = await ask(model);
      await until("the provider was asked", () => one.received.length === 1);
      caller.hangUp();
      await caller.ended;
      left.resolve();
      await recorded(model, "error = 'client_gone' and status = '499'");
    },
  );

  test(verifies("inference.unheard", "before a stream that came in one piece is recorded as gone"), async () => {
    const left = Promise.withResolvers<void>();
    const one = await own("left-before-burst", async (_, answer) => {
      await Promise.all([left.promise, wait(SLOW_MS)]);
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.end(delta("a", "stop") + done);
    });
    const caller = await ask("left-before-burst", { stream: true });
    await until("the provider was asked", () => one.received.length === 1);
    caller.hangUp();
    await caller.ended;
    left.resolve();
    await recorded("left-before-burst", "error = 'client_gone' and status = '499'");
  });

  test("is told from one that stays: that one gets every byte and is recorded as answered", async () => {
    const content = "é".repeat(3_000);
    const one = await own("stayed", async (received, answer) => {
      await wait(SLOW_MS);
      await chat(content)(received, answer);
    });
    const answer = await world.ask("stayed");
    const text = await answer.text();
    expect(JSON.parse(text).choices[0].message.content).toBe(content);
    expect(answer.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(one.received).toHaveLength(1);
    await recorded("stayed", `error is null and "tokensIn" = '9'`);
  });
});
