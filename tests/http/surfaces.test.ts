/** How each surface of a real edge refuses what is not there: in the shape that its clients parse. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startEdge, type TestEdge } from "../harness/edge.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

/** How the refusals of a surface look. */
const shapes = {
  openai: z.strictObject({
    error: z.strictObject({ message: z.string(), type: z.string(), code: z.string(), param: z.string().nullable() }),
  }),
  anthropic: z.strictObject({
    type: z.literal("error"),
    error: z.strictObject({ type: z.string(), message: z.string() }),
    request_id: z.string(),
  }),
  mcp: z.strictObject({
    jsonrpc: z.literal("2.0"),
    id: z.null(),
    error: z.strictObject({ code: z.int(), message: z.string(), data: z.looseObject({ code: z.string() }) }),
  }),
  api: z.looseObject({ type: z.literal("about:blank"), status: z.int(), detail: z.string(), code: z.string() }),
};

async function refusal(method: string, path: string) {
  const answer = await fetch(edge.url + path, { method, redirect: "manual", signal: AbortSignal.timeout(20_000) });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

function shapeOf({ headers, text }: Awaited<ReturnType<typeof refusal>>): string | undefined {
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) return text.startsWith("<!doctype html>") ? "page" : undefined;
  const body: unknown = JSON.parse(text);
  const found = Object.entries(shapes).filter(([, shape]) => shape.safeParse(body).success);
  return found.length === 1 ? found[0]?.[0] : undefined;
}

describe("a refusal has the shape of its surface", () => {
  test.each([
    ["api", "GET", "/api/v1/nothing", 404, null],
    ["api", "GET", "/nothing", 404, null],
    ["api", "PUT", "/api/v1/llms", 405, "GET, HEAD, POST"],
    ["api", "POST", "/api/v1/llms/gpt", 405, "GET, HEAD, PUT, PATCH, DELETE"],
    ["api", "DELETE", "/api/v1/llms/_provider-register", 405, "POST"],
    ["api", "DELETE", "/healthz", 405, "GET, HEAD"],
    ["api", "GET", "/api/v1/llms", 401, null],
    ["openai", "GET", "/v1/nothing", 404, null],
    ["openai", "GET", "/v1/chat/completions", 405, "POST"],
    ["openai", "DELETE", "/v1/models/gpt", 405, "GET, HEAD"],
    ["openai", "GET", "/v1/models", 401, null],
    ["anthropic", "POST", "/v1/messages", 404, null],
    ["anthropic", "POST", "/v1/messages?beta=true", 404, null],
    ["anthropic", "POST", "/v1/messages/count_tokens", 404, null],
    ["anthropic", "GET", "/v1/messages/batches/one", 404, null],
    ["mcp", "POST", "/mcp", 404, null],
    ["mcp", "POST", "/mcp/projects/web", 404, null],
    ["page", "GET", "/device/nothing", 404, null],
    ["page", "GET", "/login", 404, null],
    ["page", "DELETE", "/device", 405, "GET, HEAD"],
    ["page", "GET", "/api/v1/auth/device/confirm", 405, "POST"],
    ["page", "POST", "/api/v1/auth/oidc/callback", 405, "GET, HEAD"],
    // This edge has no provider.
    ["page", "GET", "/api/v1/auth/oidc/authorize?state=x", 400, null],
    ["page", "GET", "/device/confirm", 400, null],
  ])("%s: %s %s", async (surface, method, path, status, allow) => {
    const answer = await refusal(method, path);
    expect([answer.status, answer.headers.get("allow")], answer.text).toEqual([status, allow]);
    expect(shapeOf(answer), answer.text).toBe(surface);
    expect(answer.headers.get("x-request-id")).toMatch(/./);
  });

  test.each([
    ["/api/v1/nothing", 404],
    ["/api/v1/llms", 401],
    ["/v1/chat/completions", 405],
    ["/v1/messages", 404],
    ["/mcp", 404],
    ["/device/confirm", 400],
    ["/api/v1/auth/device/confirm", 405],
    ["/api/v1/llms/_provider-register", 405],
    ["/healthz", 200],
  ])("HEAD %s: %d, without a body", async (path, status) => {
    const answer = await refusal("HEAD", path);
    expect([answer.status, answer.text]).toEqual([status, ""]);
    expect(answer.headers.get("x-request-id")).toMatch(/./);
  });

  test("names a path that is nearly spelt as the missing one", async () => {
    for (const [path, surface, words] of [
      ["/chat/completions", "openai", "/v1/chat/completions"],
      ["/messages", "anthropic", "/v1/chat/completions"],
      ["/api/v1/llms/", "api", "slash"],
      ["/v1/models/", "openai", "slash"],
      ["/api/tags", "api", "Ollama"],
    ] as const) {
      const answer = await refusal("POST", path);
      expect([answer.status, shapeOf(answer)], path).toEqual([404, surface]);
      expect(answer.text, path).toContain(words);
    }
  });
});
