/** What is checked is what is executed: bodies that two readers could understand in two ways never reach a provider or a publisher. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chat, json } from "../fakes/provider.ts";
import { publish } from "../fakes/raw-publisher.ts";
import { apiOf } from "../harness/api-client.ts";
import { verifies } from "../requirements.ts";
import { type InferenceWorld, startInferenceWorld } from "./world.ts";

let world: InferenceWorld;

beforeAll(async () => {
  world = await startInferenceWorld();
  await world.store.addModel({
    name: "open",
    url: world.provider.url,
    model: "upstream-model",
    providerMayChoose: true,
  });
  await publish(apiOf(world.edge.url, world.token), { names: ["home"] });
});
afterAll(() => world?.stop());
beforeEach(() => {
  world.provider.received.length = 0;
  world.provider.does(chat("Hello."));
});

/** Each names the field that is at fault, and has LLM as the model that one reader or another finds. */
const unclear: readonly [field: string, body: string][] = [
  ["model", '{"model":"hdr","messages":[],"model":"LLM"}'],
  ["model", '{"model":"LLM","messages":[],"model":"hdr"}'],
  ["model", '{"model":"LLM","mod\\u0065l":"LLM"}'],
  ["Model", '{"model":"LLM","Model":"big-private","messages":[]}'],
  ["MODEL", '{"MODEL":"big-private","messages":[{"content":"\\u00e9"}],"model":"LLM"}'],
  ["model\\u0000", '{"model":"LLM","model\\u0000":"big-private"}'],
  ["stream", '{"model":"LLM","stream":true,"stream":false}'],
  ["Stream", '{"model":"LLM","Stream":true}'],
  ["ſtream", '{"model":"LLM","ſtream":true}'],
  ["stream", '{"model":"LLM","stream":"true"}'],
];

describe("a body that names its model or its stream in two ways", () => {
  test.each(["gpt", "same", "open", "home"])(
    verifies("inference.one-reading", "is refused, naming the field, for %s"),
    async (llm) => {
      for (const [field, body] of unclear) {
        const answer = await world.post("/v1/chat/completions", body.replaceAll("LLM", llm));
        expect(answer.status, body).toBe(400);
        expect(await answer.json(), body).toMatchObject({ error: { code: "invalid_request", param: field } });
      }
      expect(world.provider.received).toHaveLength(0);
    },
  );

  test("is refused on the path that names the LLM, as a problem that names the field", async () => {
    for (const [field, body] of unclear) {
      const answer = await world.post("/api/v1/llms/gpt/infer", body.replaceAll("LLM", "gpt"));
      expect(answer.status, body).toBe(400);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(await answer.json(), body).toMatchObject({ code: "invalid_request", errors: [{ path: field }] });
    }
    expect(world.provider.received).toHaveLength(0);
  });

  test("is refused as a form", async () => {
    const part = (name: string, value: string) =>
      `--B\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const send = (body: string, type = "multipart/form-data; boundary=B") =>
      world.post("/v1/audio/transcriptions", `${body}--B--\r\n`, { "content-type": type });
    for (const field of ["model", "Model", "model[]"]) {
      const answer = await send(part("model", "same") + part(field, "big"));
      expect(await answer.json(), field).toMatchObject({ error: { code: "invalid_request", param: field } });
    }
    expect((await send(part("model", "same"), "multipart/form-data; boundary=B; boundary=C")).status).toBe(400);
    expect(world.provider.received).toHaveLength(0);
    expect((await send(part("model", "same"), 'multipart/form-data; x="; boundary=C"; boundary="B"')).status).toBe(200);
    expect(world.first().headers["content-type"]).toBe("multipart/form-data; boundary=B");
  });

  test("is let through where only inner objects, strings and other fields have such names", async () => {
    const body =
      '{"messages":[{"model":"x","Model":"y"},{"model":"z"}],"model":"gpt","note":"\\"model\\":1","x":1,"x":2,"modeL2":3}';
    expect((await world.post("/v1/chat/completions", body)).status).toBe(200);
    expect(world.first().body.toString()).toBe(body.replace('"gpt"', '"upstream-model"'));
  });
});

describe("a field by which a provider chooses another model", () => {
  const choosing: readonly [field: string, more: object][] = [
    ["models", { models: ["big", "bigger"] }],
    ["route", { route: "fallback" }],
    ["fallbacks", { fallbacks: ["big"] }],
    ["preset", { preset: "big" }],
    ["providerOptions", { providerOptions: { gateway: { models: ["big"] } } }],
    ["tools", { tools: [{ type: "openrouter:advisor", parameters: { model: "big" } }] }],
    ["Models", { Models: ["big"] }],
  ];

  test(verifies("inference.model-kept", "is refused, naming it and what would allow it"), async () => {
    for (const llm of ["gpt", "home"])
      for (const [field, more] of choosing) {
        const answer = await world.ask(llm, more);
        expect(answer.status, field).toBe(400);
        const { error } = (await answer.json()) as { error: { param: string; message: string } };
        expect(error.param).toBe(field);
        expect(error.message).toContain("providerMayChoose");
      }
    expect(world.provider.received).toHaveLength(0);
  });

  test("reaches the provider where the LLM allows it, and where it is empty", async () => {
    for (const [, more] of choosing) expect((await world.ask("open", more)).status).toBe(200);
    expect(world.provider.received.map((r) => JSON.parse(r.body.toString()))).toMatchObject(choosing.map(([, m]) => m));
    expect((await world.ask("gpt", { models: [], route: null, fallbacks: [], tools: [] })).status).toBe(200);
  });

  test("is not told to who may not run the LLM", async () => {
    expect((await world.ask("absent", { models: ["big"] })).status).toBe(404);
  });

  test("does not pass as a header or in the address", async () => {
    world.provider.does(json(200, {}));
    const headers = {
      "x-portkey-config": '{"strategy":{}}',
      "x-portkey-provider": "big",
      "x-litellm-tags": "big",
      "helicone-fallbacks": "[]",
      "groq-model-version": "latest",
      "cf-aig-custom-provider": "big",
      "x-model": "big",
    };
    const answer = await world.post("/v1/chat/completions?model=big&models=big", '{"model":"gpt"}', headers);
    expect(answer.status).toBe(200);
    const { path, headers: got } = world.first();
    expect(path).toBe("/v1/chat/completions");
    for (const name of Object.keys(headers)) expect(got).not.toHaveProperty(name);
  });
});
