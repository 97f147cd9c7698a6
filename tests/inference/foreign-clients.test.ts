/** What other people's clients and model servers do at the edge, replayed as raw requests and answers. */
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Behaviour, chat, delta, done, json, raw, stream } from "../fakes/provider.ts";
import { type InferenceWorld, KEY, messages, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
});

afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.received.length = 0;
  world.provider.does(chat("Hello."));
});

const html = { "content-type": "text/html" };
const text = { "content-type": "text/plain" };

describe("errors of providers, as SDKs see them", () => {
  test.each([
    ["FastAPI's", json(422, { detail: [{ loc: ["body", "n"], msg: "too many" }] }), 422, "body.n: too many"],
    ["TGI's", json(424, { error: "CUDA out of memory" }), 424, "CUDA out of memory"],
    ["Google's", json(400, [{ error: { code: 400, message: "No such tool." } }]), 400, "No such tool."],
    ["plain words", raw(400, "prompt too long\n", text), 400, "answered 400: prompt too long"],
    ["a JSON string", raw(400, '"prompt too long"', {}), 400, "prompt too long"],
    ["a gateway's page about the size", raw(413, "<html>Too large</html>", html), 413, "takes no request this large"],
  ])("%s: the status stays, and the words are read", async (_, behaviour, status, words) => {
    world.provider.does(behaviour);
    const error = await world.openai.chat.completions.create({ model: "gpt", messages }).catch((e) => e);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ status, message: expect.stringContaining(words) });
  });

  test.each([
    ["a gateway's page while what is behind it restarts", raw(502, "<html>Bad gateway</html>", html), 502, 2],
    ["such a page that does not say what it is", raw(503, "<!DOCTYPE html><p>busy", {}), 502, 2],
    ["nothing at all", raw(500, "", {}), 502, 2],
    ["words", raw(503, "overloaded", text), 503, 2],
    ["a page where no API is", raw(404, "<html>Not found</html>", html), 502, 1],
    ["no content", raw(204, "", {}), 502, 1],
    [
      "a provider that says that it is no use",
      json(500, { error: { message: "m" } }, { "x-should-retry": "false" }),
      500,
      1,
    ],
  ])("%s: tried again where that can help", async (_, behaviour, status, times) => {
    world.provider.does(behaviour);
    const patient = new OpenAI({ apiKey: world.token, baseURL: `${world.edge.url}/v1`, maxRetries: 1 });
    await expect(patient.chat.completions.create({ model: "gpt", messages })).rejects.toMatchObject({ status });
    expect(world.provider.received).toHaveLength(times);
  });

  test("a key that is missing is not told to be wrong", async () => {
    world.provider.does(json(401, { error: { message: "No API key provided." } }));
    expect(await (await world.ask("hasty")).text()).toContain("wants a key, and the LLM has none (401): No API key");
  });

  test("when to come again, as the provider said it", async () => {
    world.provider.does(json(429, { error: { message: "m" } }, { "retry-after-ms": "1500", "retry-after": "2" }));
    const precise = await world.ask("gpt");
    expect(precise.headers.get("retry-after-ms")).toBe("1500");
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    world.provider.does(raw(429, "", { "retry-after": inAMinute }));
    const dated = await world.ask("gpt");
    expect(dated.status).toBe(429);
    expect(Number(dated.headers.get("retry-after"))).toBeGreaterThan(50);
  });
});

/** Bytes in writes of their own, each held back until the one before has arrived at the client. */
async function arriving(
  pieces: readonly string[],
  type: string | undefined,
  more: object,
  path?: string,
): Promise<string> {
  let release = () => {};
  let gate = new Promise<void>(() => {});
  const arm = () => {
    gate = new Promise((r) => {
      release = r;
    });
  };
  arm();
  const behaviour: Behaviour = async (_, answer) => {
    answer.writeHead(200, type === undefined ? {} : { "content-type": type });
    for (const piece of pieces) {
      answer.write(piece);
      await gate;
    }
    answer.end();
  };
  world.provider.does(behaviour);
  const answer = await world.post(path ?? "/v1/chat/completions", JSON.stringify({ model: "gpt", messages, ...more }));
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  for (const piece of pieces) {
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toBe(piece);
    const open = release;
    arm();
    open();
  }
  expect((await reader.read()).done).toBe(true);
  return answer.headers.get("content-type") ?? "";
}

describe("streams of servers with manners of their own", () => {
  const events = [delta("a"), delta("b"), delta("c", "stop"), done];

  test.each(["Text/Event-Stream; charset=UTF-8", "text/plain; charset=utf-8", "application/json", undefined])(
    "called %s, each chunk arrives as it comes",
    async (type) => {
      expect(await arriving(events, type, { stream: true })).toMatch(/^text\/event-stream/i);
    },
  );

  test("lines of JSON keep their name and are held back by nobody", async () => {
    const type = "application/x-ndjson";
    expect(await arriving(['{"a":1}\n', '{"a":2}\n'], type, { stream: true })).toBe(type);
  });

  test("speech is heard while it is made", async () => {
    expect(await arriving(["ID3", "one", "two"], "audio/mpeg", { input: "x" }, "/v1/audio/speech")).toBe("audio/mpeg");
  });

  test("JSON in place of a stream stays JSON", async () => {
    const body = { choices: [{ message: { content: "x".repeat(100_000) } }] };
    world.provider.does(async (_, answer) => {
      answer.writeHead(200, { "content-type": "application/json" });
      answer.write(JSON.stringify(body).slice(0, 10));
      await new Promise((r) => setTimeout(r, 20));
      answer.end(JSON.stringify(body).slice(10));
    });
    const answer = await world.ask("gpt", { stream: true });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual(body);
  });

  test("a stream without a content type that breaks off ends with an error event", async () => {
    world.provider.does((_, answer) => {
      answer.writeHead(200, {});
      answer.write(delta("a").slice(0, -9), () => answer.destroy());
    });
    const text = await (await world.ask("gpt", { stream: true })).text();
    expect(text.startsWith(`${delta("a").slice(0, -9)}\n\n`)).toBe(true);
    expect(text).toContain('"code":"provider_failed"');
  });

  test.each([
    ["", "", "counted"],
    [" before [DONE]", done, "same"],
  ])("an error of the provider's own%s is the last word, and is recorded", async (_, after, llm) => {
    const said = `${delta("a")}event: error\ndata: {"error":{"message":"out of memory"}}\n\n${after}`;
    world.provider.does(stream([said]));
    expect(await (await world.ask(llm, { stream: true })).text()).toBe(said);
    await expect
      .poll(() => world.recorded(`llm = '${llm}' and streaming = 'true' and error = 'provider_failed'`), {
        timeout: 10_000,
      })
      .toBe(1);
  });
});

describe("clients that are not set up right are told what is", () => {
  test.each([
    ["a base URL without /v1", "/chat/completions"],
    ["a base URL with a slash too many", "/v1//chat/completions"],
    ["a slash at the end", "/v1/chat/completions/", "Leave out the slash"],
    ["a base URL that is the whole path", "/v1/chat/completions/chat/completions"],
  ])("%s", async (_, path, hint = "`/v1/chat/completions` is here") => {
    const answer = await world.post(path, JSON.stringify({ model: "gpt", messages }));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error: { code: "not_found", message: expect.stringContaining(hint) },
    });
  });

  test("through the openai package", async () => {
    const lost = new OpenAI({ apiKey: world.token, baseURL: world.edge.url, maxRetries: 0 });
    await expect(lost.chat.completions.create({ model: "gpt", messages })).rejects.toThrow("with `/v1`");
  });

  test("what needs OpenAI's Responses API", async () => {
    await expect(world.openai.responses.create({ model: "gpt", input: "Hi" })).rejects.toThrow(/chat completions/);
  });

  test("a compressed body", async () => {
    const body = gzipSync(JSON.stringify({ model: "gpt", messages }));
    const answer = await world.post("/v1/chat/completions", body, { "content-encoding": "gzip" });
    expect(answer.status).toBe(415);
    expect(answer.headers.get("accept-encoding")).toBe("identity");
    expect(await answer.json()).toMatchObject({
      error: { code: "unsupported_media", message: expect.stringContaining('encoded: "gzip"') },
    });
    expect(world.provider.received).toHaveLength(0);
  });

  test("a form in place of JSON", async () => {
    const body = '--x\r\ncontent-disposition: form-data; name="model"\r\n\r\ngpt\r\n--x--\r\n';
    const answer = await world.post("/v1/chat/completions", body, {
      "content-type": "multipart/form-data; boundary=x",
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("is multipart/form-data; this path takes JSON");
  });
});

describe("forms with files", () => {
  const file = () => new File([new Uint8Array([0, 13, 10, 45, 45, 255])], "a.wav", { type: "audio/wav" });

  test("arrive as they were sent, but for the model's name", async () => {
    world.provider.does(json(200, { text: "Hello." }));
    const { text } = await world.openai.audio.transcriptions.create({ model: "gpt", file: file(), language: "en" });
    expect(text).toBe("Hello.");
    const { path, headers, body } = world.first();
    expect(path).toBe("/v1/audio/transcriptions");
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    const form = await new Response(new Uint8Array(body), {
      headers: { "content-type": headers["content-type"] ?? "" },
    }).formData();
    expect(form.get("model")).toBe("upstream-model");
    expect(form.get("language")).toBe("en");
    expect(await (form.get("file") as File).arrayBuffer()).toEqual(await file().arrayBuffer());
  });

  test("with words in place of JSON, and with images", async () => {
    world.provider.does(raw(200, "1\n00:00 --> 00:01\nHello.\n", text));
    const srt = await world.openai.audio.translations.create({ model: "gpt", file: file(), response_format: "srt" });
    expect(srt).toContain("Hello.");
    world.provider.does(json(200, { created: 1, data: [{ b64_json: "AA==" }] }));
    const edited = await world.openai.images.edit({ model: "gpt", image: file(), prompt: "more" });
    expect(edited.data?.[0]?.b64_json).toBe("AA==");
    expect(world.provider.received.map((r) => r.path)).toEqual(["/v1/audio/translations", "/v1/images/edits"]);
  });

  test("are refused as any other request, before a provider sees them", async () => {
    await expect(world.openai.audio.transcriptions.create({ model: "absent", file: file() })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    const post = (body: string) =>
      world.post("/v1/audio/transcriptions", body, { "content-type": "multipart/form-data; boundary=B" });
    const field = (name: string, value: string) =>
      `--B\r\ncontent-disposition: form-data; name=${name}\r\n\r\n${value}\r\n`;
    expect(await (await post(`${field("a", "b")}--B--`)).json()).toMatchObject({ error: { param: "model" } });
    expect((await post(field("model", "gpt"))).status).toBe(400);
    // One that a provider's own reader might find, and ours must not overlook.
    expect((await post(`${field("model", "gpt")}${field("'model'", "dearer")}--B--`)).status).toBe(400);
    expect((await post(`${field("model", "dearer")}${field("model", "gpt")}--B--`)).status).toBe(400);
    expect(world.provider.received).toHaveLength(0);
  });
});

describe("a client that is refused while it still sends", () => {
  test.each([
    ["a token that does not count", "/v1/chat/completions", "garbage", 20, 401, "not_authenticated"],
    ["a path that is not there", "/v1/nothing", undefined, 20, 404, "not_found"],
    ["more than is taken", "/v1/chat/completions", undefined, 40, 413, "too_large"],
  ])(
    "%s: it sends to the end, hears why, and goes on over the same connection",
    async (_, path, token, mb, status, code) => {
      const { hostname, port } = new URL(world.edge.url);
      const socket = connect(Number(port), hostname);
      onTestFinished(() => void socket.destroy());
      const broke = once(socket, "error").then(([error]) => Promise.reject(error));
      broke.catch(() => {});
      let heard = "";
      socket.on("data", (bytes) => {
        heard += bytes;
      });
      const head = (length: number, bearer = world.token) =>
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\nContent-Length: ${length}\r\n\r\n`;
      const piece = Buffer.alloc(1_000_000, "x");
      socket.write(head(mb * piece.length, token));
      for (let sent = 0; sent < mb; sent++)
        await Promise.race([broke, new Promise((done) => socket.write(piece, () => setTimeout(done, 5)))]);
      await expect.poll(() => heard).toContain(`"code":"${code}"`);
      expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      heard = "";
      socket.write(`${head(1)}{`);
      await expect.poll(() => heard).toMatch(/^HTTP\/1.1 40[04] /);
    },
  );
});
