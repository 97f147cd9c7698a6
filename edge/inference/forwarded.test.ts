import { expect, test } from "vitest";
import { forwardedHeaders } from "./forwarded.ts";

test("of a client's headers a model server sees those that its dialect names, and no others", () => {
  const headers = {
    authorization: "Bearer mcp_pat_1",
    "x-api-key": "mcp_pat_1",
    cookie: "a=b",
    "user-agent": "a client",
    "content-type": "text/plain",
    "OpenAI-Beta": "assistants=v2",
    traceparent: "00-1-2-00",
  };
  const request = new Request("https://edge.example.com/v1/chat/completions", { method: "POST", headers });
  expect(forwardedHeaders(request, "application/json", ["openai-beta", "traceparent", "idempotency-key"])).toEqual({
    "content-type": "application/json",
    "user-agent": "mcpctl",
    "openai-beta": "assistants=v2",
    traceparent: "00-1-2-00",
  });
});
