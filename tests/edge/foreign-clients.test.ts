/** What other people's clients and model servers do at the edge, replayed as raw requests and answers. */
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chat, json, raw } from "../fakes/provider.ts";
import { type InferenceWorld, messages, startInferenceWorld } from "./inference-world.ts";

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
