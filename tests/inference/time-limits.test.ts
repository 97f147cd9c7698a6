/** How long a provider may take: to begin, between bytes, and for the whole. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Behaviour, delta, done, stream } from "../fakes/provider.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
  const { url } = world.provider;
  // As its name says: it must begin soon, or must not pause, or must be ready.
  await world.store.addModel({ name: "begins", url, timeouts: { firstByte: 500, idle: 1_500 } });
  await world.store.addModel({ name: "ready", url, timeouts: { firstByte: 500, idle: 1_000, total: 1_500 } });
});

afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.received.length = 0;
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends the head, then these pieces, each after a pause. */
const slowly =
  (type: string, pause: number, pieces: readonly string[], head: Record<string, number> = {}): Behaviour =>
  async (_, answer) => {
    answer.writeHead(200, { "content-type": type, ...head });
    answer.flushHeaders();
    for (const piece of pieces) {
      await wait(pause);
      if (answer.destroyed) return;
      answer.write(piece);
    }
    answer.end();
  };

const json = '{"choices":[],"usage":{"prompt_tokens":7}}';
const type = "application/json";

describe("an answer that does not stream", () => {
  test(
    verifies(
      "inference.time-limits",
      "may begin with blank lines, which reach the client as they come and count as life",
    ),
    async () => {
      const pieces = [...Array<string>(6).fill("\n"), json];
      world.provider.does(slowly(type, 300, pieces));
      const at = Date.now();
      const answer = await world.ask("begins");
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe(type);
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      const first = Buffer.from((await reader.read()).value ?? []).toString();
      expect(first).toBe("\n");
      expect(Date.now() - at).toBeLessThan(1_500);
      let text = first;
      for (let next = await reader.read(); !next.done; next = await reader.read()) text += Buffer.from(next.value);
      expect(text).toBe(pieces.join(""));
      expect(Date.now() - at).toBeGreaterThan(1_700);
    },
  );

  test.each([
    ["in pieces", [json.slice(0, 9), json.slice(9, 20), json.slice(20)], {}],
    ["of a length that was said", [json], { "content-length": json.length }],
  ])(verifies("inference.time-limits", "may take longer than it may take to begin, %s"), async (_, pieces, head) => {
    world.provider.does(slowly(type, 700, pieces, head));
    const answer = await world.ask("begins");
    expect([answer.status, await answer.text()]).toEqual([200, json]);
  });

  test.each([
    ["before its first byte", []],
    ["in its middle", [json.slice(0, 9)]],
  ])(verifies("inference.time-limits", "that falls silent %s is 504"), async (_, pieces) => {
    for (const head of [{}, { "content-length": json.length }]) {
      world.provider.does(async (received, answer) => {
        await slowly(type, 10, pieces, head)(received, Object.assign(answer, { end: () => answer }));
      });
      const at = Date.now();
      const answer = await world.ask("begins");
      expect(answer.status).toBe(504);
      expect(await answer.text()).toContain("said nothing more within 1.5 s");
      expect(Date.now() - at).toBeLessThan(4_000);
    }
    for (const one of world.provider.received) await one.hungUp;
  });

  test(verifies("inference.time-limits", "that does not begin is 504"), async () => {
    world.provider.does(async (_, answer) => {
      await wait(3_000);
      answer.end();
    });
    const answer = await world.ask("begins");
    expect(answer.status).toBe(504);
    expect(await answer.text()).toContain("did not begin to answer within 0.5 s");
  });

  test(
    verifies("inference.time-limits", "that is not complete in time is 504, or breaks off once it has begun"),
    async () => {
      const before = await world.recorded("llm = 'ready' and error = 'provider_timeout'");
      world.provider.does(slowly(type, 300, [...json]));
      const answer = await world.ask("ready");
      expect(answer.status).toBe(504);
      expect(await answer.text()).toContain("did not finish its answer within 1.5 s");
      world.provider.does(slowly(type, 300, Array<string>(60).fill("\n")));
      const at = Date.now();
      const begun = await world.ask("ready");
      expect(begun.status).toBe(200);
      await expect(begun.text()).rejects.toThrow();
      expect(Date.now() - at).toBeLessThan(3_500);
      await expect
        .poll(() => world.recorded("llm = 'ready' and error = 'provider_timeout'"), { timeout: 10_000 })
        .toBe(before + 2);
      for (const one of world.provider.received) await one.hungUp;
    },
  );
});

describe("a stream", () => {
  test(verifies("inference.time-limits", "that is not complete in time ends with an error event"), async () => {
    world.provider.does(stream(Array<string>(60).fill(delta("a")), () => wait(100)));
    const text = await (await world.ask("ready", { stream: true })).text();
    expect(text).toContain('"code":"provider_timeout"');
    expect(text).toContain("did not finish");
    expect(text).not.toContain("[DONE]");
    await world.first().hungUp;
  });

  test(verifies("inference.time-limits", "may last as long as it speaks"), async () => {
    const pieces = [...Array<string>(8).fill(delta("a")), done];
    world.provider.does(stream(pieces, () => wait(400)));
    expect(await (await world.ask("begins", { stream: true })).text()).toBe(pieces.join(""));
  });
});
