/** Streams through a real edge: bytes, silences, breaks, and who leaves or loses the right to them. */
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  type Behaviour,
  chat,
  cutAfter,
  delta,
  done,
  json,
  silence,
  stall,
  startFakeProvider,
  stream,
  usageEvent,
} from "../fakes/provider.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, messages, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
});

afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.received.length = 0;
  world.provider.does(chat("Hello."));
});

describe("a stream", () => {
  test(
    verifies(
      ["inference.stream-byte-exact", "inference.stream-unbuffered"],
      "gives the provider's bytes unchanged, each chunk as soon as it comes",
    ),
    async () => {
      const pieces = [
        ": hi\r\n\r\n",
        "da",
        'ta: {"x":"\u00e9',
        '\u20ac"}\n',
        "\n",
        delta("a"),
        delta("b", "stop"),
        done,
      ];
      let release = () => {};
      let gate = new Promise<void>((r) => {
        release = r;
      });
      world.provider.does(stream(pieces, () => gate));
      const answer = await world.ask("gpt", { stream: true });
      expect(answer.headers.get("content-type")).toBe("text/event-stream");
      expect(answer.headers.get("x-accel-buffering")).toBe("no");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      const got: Buffer[] = [];
      // Each piece arrives while the provider still holds back the next.
      for (const piece of pieces) {
        const { value } = await reader.read();
        got.push(Buffer.from(value ?? []));
        expect(got.at(-1)?.toString()).toBe(piece);
        const open = release;
        gate = new Promise<void>((r) => {
          release = r;
        });
        open();
      }
      expect((await reader.read()).done).toBe(true);
      expect(Buffer.concat(got).toString()).toBe(pieces.join(""));
    },
  );

  test(verifies("inference.chat", "is understood by the openai package"), async () => {
    world.provider.does(stream([delta("Hel"), delta("lo", "stop"), usageEvent, done]));
    let text = "";
    for await (const chunk of await world.openai.chat.completions.create({ model: "gpt", messages, stream: true }))
      text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("Hello");
  });

  test.each([
    ["between events", [delta("a"), delta("b")]],
    ["within an event", [delta("a"), 'data: {"cho']],
  ])(
    verifies("inference.stream-cut", "that the provider breaks off %s ends with one error event and no [DONE]"),
    async (_, pieces) => {
      world.provider.does(cutAfter(pieces));
      const text = await (await world.ask("gpt", { stream: true })).text();
      expect(text.startsWith(pieces.join(""))).toBe(true);
      const events = text.slice(pieces.join("").length).trim();
      expect(JSON.parse(events.replace(/^data: /, "")).error).toMatchObject({
        code: "provider_failed",
        type: "server_error",
      });
      expect(text).not.toContain("[DONE]");
    },
  );

  test("that breaks off makes the openai package throw", async () => {
    world.provider.does(cutAfter([delta("a")]));
    const answer = await world.openai.chat.completions.create({ model: "gpt", messages, stream: true });
    const read = async () => {
      for await (const _ of answer);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test("that ends politely but early is not passed off as whole", async () => {
    world.provider.does(stream([delta("a")]));
    const text = await (await world.ask("gpt", { stream: true })).text();
    expect(text).toContain('"code":"provider_failed"');
  });

  test("that falls silent ends with an error event, and the provider is let go", async () => {
    world.provider.does(stall([delta("a")]));
    const text = await (await world.ask("hasty", { stream: true })).text();
    expect(text).toContain('"code":"provider_timeout"');
    await world.first().hungUp;
  });

  test(verifies("inference.hang-up", "ends at the provider within a second when the client hangs up"), async () => {
    world.provider.does(async (_, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      while (!answer.destroyed) {
        answer.write(delta("a"));
        await new Promise((r) => setTimeout(r, 20));
      }
    });
    const gone = new AbortController();
    const answer = await fetch(`${world.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.token}` },
      body: JSON.stringify({ model: "gpt", messages, stream: true }),
      signal: gone.signal,
    });
    await (answer.body as ReadableStream<Uint8Array>).getReader().read();
    const at = Date.now();
    gone.abort();
    expect((await world.first().hungUp) - at).toBeLessThan(1000);
    await expect.poll(() => world.recorded("status = '499'"), { timeout: 10_000 }).toBeGreaterThan(0);
  });
});

/** Together, because each waits for 5 s; each with a provider and a model of its own. */
describe.concurrent("a silence in a stream", () => {
  const own = async (name: string, behaviour: Behaviour) => {
    const one = await startFakeProvider(behaviour);
    onTestFinished(() => one.close());
    await world.store.addModel({ name, url: one.url });
    return one;
  };

  test("before the first word is filled with comments, and the stream then comes as it is", async () => {
    let release = () => {};
    const gate = new Promise<void>((r) => {
      release = r;
    });
    const pieces = [delta("a"), delta("b", "stop"), done];
    // Headers at once, as vLLM sends them, then nothing until released.
    await own("thinks", async (received, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.flushHeaders();
      await gate;
      await stream(pieces)(received, Object.assign(answer, { writeHead: () => answer }));
    });
    const answer = await world.ask("thinks", { stream: true });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toMatch(/^: .*\n\n$/);
    release();
    let rest = "";
    for (;;) {
      const { value: more, done: ended } = await reader.read();
      if (ended) break;
      rest += Buffer.from(more).toString();
    }
    expect(rest).toBe(pieces.join(""));
  });

  test("that no answer ends is filled with comments, and ends with an error event", async () => {
    let refuse = () => {};
    const gate = new Promise<void>((r) => {
      refuse = r;
    });
    await own("mute", async (received, answer) => {
      await gate;
      await json(429, { error: { message: "busy", type: "tokens", code: "rate", param: null } })(received, answer);
    });
    const answer = await world.ask("mute", { stream: true });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    refuse();
    const text = await answer.text();
    expect(text).toMatch(/^: .*\n\n/);
    expect(JSON.parse(text.slice(text.indexOf("data: ") + 6)).error.message).toBe("busy");
    expect(text).not.toContain("[DONE]");
  });

  test("shows at the next comment that the client hung up", async () => {
    const asleep = await own("asleep", silence);
    const gone = new AbortController();
    const answer = await fetch(`${world.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.token}` },
      body: JSON.stringify({ model: "asleep", messages, stream: true }),
      signal: gone.signal,
    });
    await (answer.body as ReadableStream<Uint8Array>).getReader().read();
    gone.abort();
    await asleep.received[0]?.hungUp;
  });
});

describe("a token that is taken back", () => {
  test("ends its open stream within 5 s, and the provider is let go", async () => {
    const tokens = `${world.edge.url}/api/v1/auth/tokens`;
    const admin = { authorization: `Bearer ${world.token}`, "content-type": "application/json" };
    const made = await fetch(tokens, { method: "POST", headers: admin, body: '{"name":"short"}' });
    const short = ((await made.json()) as { token: string }).token;
    world.provider.does(async (_, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" });
      while (!answer.destroyed) {
        answer.write(delta("a"));
        await new Promise((r) => setTimeout(r, 50));
      }
    });
    const answer = await fetch(`${world.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${short}` },
      body: JSON.stringify({ model: "gpt", messages, stream: true }),
    });
    expect(answer.status).toBe(200);
    const taken = await fetch(`${tokens}/short`, { method: "DELETE", headers: admin });
    expect(taken.status).toBe(200);
    const at = Date.now();
    const text = await answer.text();
    expect(Date.now() - at).toBeLessThan(5_500);
    expect(text).toContain('"code":"not_authenticated"');
    expect(text).not.toContain("[DONE]");
    await world.first().hungUp;
  });

  test.each([
    ["does not stream", false],
    ["streams", true],
  ])("ends within 5 s its open request that has no answer yet and %s", async (how, stream) => {
    const tokens = `${world.edge.url}/api/v1/auth/tokens`;
    const admin = { authorization: `Bearer ${world.token}`, "content-type": "application/json" };
    const name = how.replaceAll(" ", "-");
    const made = await fetch(tokens, { method: "POST", headers: admin, body: JSON.stringify({ name }) });
    const short = ((await made.json()) as { token: string }).token;
    world.provider.does(silence);
    const answer = fetch(`${world.edge.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${short}` },
      body: JSON.stringify({ model: "gpt", messages, stream }),
    });
    await expect.poll(() => world.provider.received.length).toBe(1);
    expect((await fetch(`${tokens}/${name}`, { method: "DELETE", headers: admin })).status).toBe(200);
    const at = Date.now();
    expect(await (await answer).text()).toContain('"code":"not_authenticated"');
    expect(Date.now() - at).toBeLessThan(5_500);
    await world.first().hungUp;
  });
});
