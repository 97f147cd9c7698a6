import { describe, expect, test } from "vitest";
import { baseUrl } from "#db/protocol/base-url";
import type { InferTask } from "#db/protocol/publisher";
import { admit, type Published } from "./admission.ts";

const url = "http://127.0.0.1:1";
const published: Published[] = [{ name: "home", model: "real", url, base: baseUrl(url) }];
const task: InferTask = {
  kind: "infer",
  taskId: "t",
  llm: "home",
  model: "real",
  path: "/v1/chat/completions",
  headers: {},
  body: '{"model":"real"}',
  stream: false,
};

describe("a task", () => {
  test("for what is published runs at its server", () => {
    expect(admit(task, published, false)).toEqual({ is: "run", url: "http://127.0.0.1:1/v1/chat/completions" });
  });

  test.each([
    ["another name", { llm: "other" }],
    ["another model", { model: "secret-model" }],
    ["another model in the body", { body: '{"model":"secret-model"}' }],
    ["no JSON", { body: "{" }],
    ["null", { body: "null" }],
    ["two models, the right one last", { body: '{"model":"secret-model","model":"real"}' }],
    ["two models, the right one first", { body: '{"model":"real","model":"secret-model"}' }],
    ["two models, one escaped", { body: '{"mod\\u0065l":"secret-model","model":"real"}' }],
    ["a model in another spelling", { body: '{"model":"real","Model":"secret-model"}' }],
    ["a stream in two ways", { body: '{"model":"real","stream":false,"Stream":true}' }],
    ["fallbacks to another model", { body: '{"model":"real","fallbacks":["secret-model"]}' }],
    ["several models", { body: '{"model":"real","models":["secret-model"]}' }],
    ["a path that manages the server", { path: "/api/delete" }],
    ["a path that climbs", { path: "/v1/../api/delete" }],
    ["another host", { path: "@evil.example/v1/chat/completions" }],
  ])("for %s is refused here", (_, other) => {
    expect(admit({ ...task, ...other }, published, false).is).toBe("refused");
  });

  test("that lets the server choose runs where its publisher allows that", () => {
    const body = '{"model":"real","models":["other"]}';
    const allowing = published.map((p) => ({ ...p, providerMayChoose: true }));
    expect(admit({ ...task, body }, allowing, false).is).toBe("run");
    expect(admit({ ...task, body: body.replace("{", '{"Model":"x",') }, allowing, false).is).toBe("refused");
  });

  test("is refused while draining", () => {
    expect(admit(task, published, true)).toMatchObject({ is: "refused", status: 503 });
  });
});
