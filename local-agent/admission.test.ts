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
    ["a path that manages the server", { path: "/api/delete" }],
    ["a path that climbs", { path: "/v1/../api/delete" }],
    ["another host", { path: "@evil.example/v1/chat/completions" }],
  ])("for %s is refused here", (_, other) => {
    expect(admit({ ...task, ...other }, published, false).is).toBe("refused");
  });

  test("is refused while draining", () => {
    expect(admit(task, published, true)).toMatchObject({ is: "refused", status: 503 });
  });
});
