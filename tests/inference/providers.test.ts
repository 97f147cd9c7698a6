/** What providers need beside a body: their URL, their key, and that what they send can be read. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chat, delta, done, json, raw } from "../fakes/provider.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
  await create("secrets", { name: "keys", data: { good: "sk-good", line: "sk-line\r\n", ...bad } });
});

afterAll(() => world?.stop());

beforeEach(() => {
  world.provider.received.length = 0;
  world.provider.does(chat("Hello."));
});

const bad = {
  two: "sk-canary\nsk-second",
  escape: "sk-\x1bcanary",
  bom: "\uFEFFsk-canary",
  zero: "sk-canary\u200B",
  empty: "",
};
const named: Record<keyof typeof bad, string> = {
  two: "a line break at position 10",
  escape: "the control character U+001B at position 4",
  bom: "a byte order mark at position 1",
  zero: "a zero-width space at position 10",
  empty: "holds nothing",
};

const send = (method: string, path: string, body: unknown) =>
  fetch(`${world.edge.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${world.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

async function create(plural: string, body: object): Promise<Response> {
  const made = await send("POST", plural, body);
  expect([made.status, await made.clone().text()]).toEqual([201, expect.anything()]);
  return made;
}

describe("an LLM's URL", () => {
  test.each([
    ["openai", "", "/v1/chat/completions"],
    ["openai", "/v1/", "/v1/chat/completions"],
    ["openai", "/v1beta/openai/", "/v1beta/openai/chat/completions"],
    ["zhipu", "/api/paas/v4", "/api/paas/v4/chat/completions"],
    ["openai", "/litellm", "/litellm/v1/chat/completions"],
    ["openai", "/any/chat/completions", "/any/chat/completions"],
    ["openai", "/v1?a=1&b=%20", "/v1/chat/completions?a=1&b=%20"],
    ["perplexity", "", "/chat/completions"],
    ["azure", "?api-version=preview", "/openai/v1/chat/completions?api-version=preview"],
    [
      "azure",
      "/openai/deployments/d/chat/completions?api-version=2024-10-21",
      "/openai/deployments/d/chat/completions?api-version=2024-10-21",
    ],
  ] as const)(
    verifies(["inference.url-forms", "inference.auth-probe"], "%s at …%s: key and chats go to …%s"),
    async (type, path, chats) => {
      const name = `url-${expect.getState().currentTestName?.length}-${Date.now()}`;
      world.provider.does(json(404, {}));
      const made = await create("llms", {
        name,
        type,
        model: "m",
        url: world.provider.url + path,
        apiKeyRef: { name: "keys", key: "line" },
      });
      const probed = chats.replace("/chat/completions", "/models");
      expect(made.headers.get("warning")).toContain(world.provider.url + probed);
      world.provider.does(chat("Hello."));
      expect((await world.ask(name)).status).toBe(200);
      expect(world.provider.received.map((r) => r.path)).toEqual([probed, chats]);
      const [header, value] = type === "azure" ? ["api-key", "sk-line"] : ["authorization", "Bearer sk-line"];
      for (const { headers } of world.provider.received) {
        expect(headers[header]).toBe(value);
        expect(headers).not.toHaveProperty(type === "azure" ? "authorization" : "api-key");
      }
    },
  );

  test.each(["/v1#x", "/v1?key=canary-in-query", "/v1?api-version=1&access_token=canary-in-query"])(
    verifies("inference.url-refused", "…%s is refused by its field, at creating and at changing"),
    async (path) => {
      const url = world.provider.url + path;
      const refused = await send("POST", "llms", { name: "odd", type: "openai", model: "m", url });
      const text = await refused.text();
      expect(refused.status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ path: "url" }], hint: expect.stringContaining("apiKeyRef") });
      expect(text).not.toContain("canary-in-query");
      expect((await send("PATCH", "llms/gpt", { url })).status).toBe(400);
    },
  );

  test("one that is there from earlier can be called, shown and changed", async () => {
    await world.store.addModel({ name: "earlier", url: `${world.provider.url}/v1?key=k#x` });
    expect((await world.ask("earlier")).status).toBe(200);
    expect(world.first().path).toBe("/v1/chat/completions?key=k");
    expect((await send("PATCH", "llms/earlier", { description: "d" })).status).toBe(200);
  });
});

describe("a key that can't be a header", () => {
  test.each(Object.keys(bad) as (keyof typeof bad)[])(
    verifies("inference.key-sendable", "%s: refused where it is named, and told where it is used"),
    async (key) => {
      const name = `bad-${key}`;
      const spec = { name, type: "openai", model: "m", url: world.provider.url };
      const refused = await send("POST", "llms", { ...spec, apiKeyRef: { name: "keys", key } });
      const words = await refused.text();
      expect(refused.status).toBe(400);
      expect(words).toContain(named[key]);
      expect(words).not.toContain("canary");

      // The value became bad after it was named.
      await create("secrets", { name: `turned-${key}`, data: { k: "sk-good" } });
      await create("llms", { ...spec, apiKeyRef: { name: `turned-${key}`, key: "k" } });
      expect((await send("PATCH", `secrets/turned-${key}`, { data: { k: bad[key] } })).status).toBe(200);
      world.provider.received.length = 0;
      const asked = await world.ask(name);
      const told = await asked.text();
      expect(asked.status).toBe(502);
      expect(asked.headers.get("x-should-retry")).toBe("false");
      for (const part of [`turned-${key}`, named[key], "Your own token is fine"]) expect(told).toContain(part);
      expect(told).not.toContain("canary");
      expect(told).not.toContain("can't be reached");
      expect(world.provider.received).toEqual([]);
    },
  );

  test("with a NUL, which only an older row can hold, is named as the fault", async () => {
    await world.store.addModel({ name: "nul", url: world.provider.url, key: "sk-\0canary" });
    const told = await (await world.ask("nul")).text();
    expect(told).toContain("the key value of secret nul-key holds a NUL character at position 4");
    expect(told).not.toContain("canary");
  });

  test(verifies("inference.key-sendable", "may have a line end behind it, which is left out"), async () => {
    await world.store.addModel({ name: "line", url: world.provider.url, key: "sk-line\r\n" });
    expect((await world.ask("line")).status).toBe(200);
    expect(world.first().headers.authorization).toBe("Bearer sk-line");
  });
});

describe("an answer that is compressed although nobody asked for it", () => {
  const body = JSON.stringify({
    choices: [],
    text: "é".repeat(2_000),
    usage: { prompt_tokens: 7, completion_tokens: 1 },
  });
  const type = { "content-type": "application/json" };
  test.each([
    ["gzip", gzipSync(body)],
    ["GZIP", gzipSync(body)],
    ["x-gzip", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["deflate", deflateRawSync(body)],
    ["br", brotliCompressSync(body)],
    ["identity", Buffer.from(body)],
    ["Identity", Buffer.from(body)],
  ])(verifies("inference.content-encoding", "%s is decoded"), async (encoding, bytes) => {
    world.provider.does(raw(200, bytes, { ...type, "content-encoding": encoding }));
    const got = await world.ask("gpt");
    expect(got.headers.get("content-encoding")).toBeNull();
    expect([got.status, await got.text()]).toEqual([200, body]);
    world.provider.does(raw(429, bytes, { ...type, "content-encoding": encoding }));
    expect((await world.ask("gpt")).status).toBe(429);
    expect(world.first().headers["accept-encoding"]).toBe("identity");
  });

  test(verifies("inference.content-encoding", "is decoded in a stream and in a long answer"), async () => {
    const events = delta("Hi", "stop") + done;
    world.provider.does((_, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "deflate" });
      answer.end(deflateSync(events));
    });
    expect(await (await world.ask("gpt", { stream: true })).text()).toBe(events);
    const long = JSON.stringify({ data: "é1".repeat(400_000), usage: { prompt_tokens: 7 } });
    for (const encoded of [deflateSync(long), deflateRawSync(long)]) {
      world.provider.does(raw(200, encoded, { ...type, "content-encoding": "deflate" }));
      expect((await (await world.ask("gpt")).text()) === long).toBe(true);
    }
  });

  test.each([
    ["zstd", zstdCompressSync(body)],
    ["gzip, br", brotliCompressSync(gzipSync(body))],
    ["aes128gcm", Buffer.from("x")],
  ])(
    verifies("inference.content-encoding", "%s is a failure of the provider that names it"),
    async (encoding, bytes) => {
      world.provider.does(raw(200, bytes, { ...type, "content-encoding": encoding }));
      const got = await world.ask("gpt");
      expect(got.status).toBe(502);
      expect(got.headers.get("x-should-retry")).toBe("false");
      expect(JSON.parse(await got.text()).error.message).toContain(encoding);
    },
  );

  test("is a failure where it is not deflate at all", async () => {
    world.provider.does(raw(200, "plainly not", { ...type, "content-encoding": "deflate" }));
    expect((await world.ask("gpt")).status).toBe(502);
  });
});
