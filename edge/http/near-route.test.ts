import { expect, test } from "vitest";
import { nearRoute } from "./near-route.ts";

test.each([
  ["/chat/completions", "/v1/chat/completions"],
  ["/v1//chat/completions", "/v1/chat/completions"],
  ["//v1/chat/completions", "/v1/chat/completions"],
  ["/v1/chat/completions/", "/v1/chat/completions"],
  ["/v1/v1/models", "/v1/models"],
  ["/v1/models/", "/v1/models"],
  ["/models/gpt", "/v1/models/gpt"],
  ["/v1/chat/completions/chat/completions", "/v1/chat/completions"],
  ["/openai/deployments/gpt/embeddings", "/v1/embeddings"],
  ["/v1", "/v1/models"],
  ["/v1/", "/v1/models"],
  ["/responses", "/v1/chat/completions"],
  ["/v1/v1/responses", "/v1/chat/completions"],
])("%s: an OpenAI client that meant %s", (path, meant) => {
  const near = nearRoute(path);
  expect([near?.surface?.name, near?.hint]).toEqual(["openai", expect.stringContaining(meant)]);
});

test.each(["/v1/messages", "/messages", "/v1/messages/count_tokens", "/v1/v1/messages", "/v1//messages/"])(
  "%s: an Anthropic client, told what is spoken here",
  (path) => {
    const near = nearRoute(path);
    expect([near?.surface?.name, near?.hint]).toEqual(["anthropic", expect.stringContaining("/v1/chat/completions")]);
  },
);

test.each([
  ["/", "openapi.json"],
  ["/api/chat", "Ollama"],
  ["/api/tags", "Ollama"],
])("%s: anybody, told of %s", (path, word) => {
  expect(nearRoute(path)).toEqual({ hint: expect.stringContaining(word) });
});

test.each(["/api/v1/llms/models", "/api/v1/chat/completions", "/favicon.ico", "/v1/files", "/modelsx", "/messagesx"])(
  "%s: nothing comes to mind",
  (path) => {
    expect(nearRoute(path)).toBeUndefined();
  },
);
